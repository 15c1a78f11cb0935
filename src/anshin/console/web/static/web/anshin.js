/* Niceties only: every page works without this file. No framework, no inline handlers, nothing from elsewhere. */
"use strict";

(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* menus: one open at a time, closed by Escape and by a click elsewhere */
  const closeMenus = (except) => all("details.drop[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.drop")));

  /* keys: "/" goes to the search of the page, or else of the frame */
  const writing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = find("details.drop[open]");
      if (open) { open.open = false; find("summary", open).focus(); }
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const search = find("main input[type=search]") || find(".top-search input");
    if (search && search.offsetParent !== null) { event.preventDefault(); search.focus(); search.select(); }
  });

  /* <form data-confirm="question"> asks first, in the browser's own dialog element */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    const pattern = find("#confirm-dialog");
    if (!question || !pattern || form.dataset.confirmed) { delete form.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const dialog = pattern.content.firstElementChild.cloneNode(true);
    find("[data-question]", dialog).textContent = question;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "yes") { form.dataset.confirmed = "1"; form.requestSubmit(submitter); }
      else if (submitter) submitter.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  }, true);

  /* <button data-copy="#id" data-copied="Copied" hidden> appears where copying is possible */
  const prepareCopy = (root) => {
    if (!navigator.clipboard) return;
    all("button[data-copy]", root).forEach((button) => { button.hidden = false; });
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    const source = button && find(button.dataset.copy);
    if (!source) return;
    await navigator.clipboard.writeText(source.value === undefined ? source.textContent.trim() : source.value);
    const before = button.textContent;
    button.textContent = button.dataset.copied || before;
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  /* the number of things that need a person leads the browser's title; a live part may bring a new one */
  const showCount = () => {
    const source = find("[data-attention-count]");
    if (!source) return;
    const count = Number(source.dataset.attentionCount);
    const rest = document.title.replace(/^\(\d+\) /, "");
    const title = count > 0 ? `(${count}) ${rest}` : rest;
    if (document.title !== title) document.title = title;
  };

  /* a live part is replaced as a whole, so a change in its sentence is told to screen readers from a place that stays */
  let told = null;
  const announce = () => {
    const source = find("[data-announce]");
    const sentence = source ? source.dataset.announce : null;
    if (told !== null && sentence && sentence !== told) find("#announcement").textContent = sentence;
    told = sentence;
  };

  /* a part that cannot be asked for again must not look current */
  const lost = (isLost) => { const notice = find("#connection-lost"); if (notice && notice.hidden === isLost) notice.hidden = !isLost; };
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => lost(true)));
  document.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.xhr.status < 400) lost(false); });
  document.addEventListener("htmx:afterSettle", (event) => { prepareCopy(event.target); showCount(); announce(); });

  prepareCopy(document);
  announce();
})();
