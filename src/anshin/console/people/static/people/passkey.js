// Ties the pages' passkey forms to the script that django-allauth ships. Ids and data come from attributes and from a
// JSON block, because the content security policy allows no script inside a page.
(function () {
  "use strict";
  const supported = Boolean(window.PublicKeyCredential && window.allauth && window.allauth.webauthn);
  for (const part of document.querySelectorAll("[data-passkey-supported]")) part.hidden = !supported;
  for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = supported;
  if (!supported) return;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const { passkey, ...ids } = form.dataset;
    window.allauth.webauthn.forms[passkey]({ ids: ids });
  }
  document.addEventListener("allauth.error", function (event) {
    const notice = document.querySelector("[data-passkey-error]");
    if (!notice) return;
    event.preventDefault();
    notice.hidden = false;
    notice.focus();
  });
})();
