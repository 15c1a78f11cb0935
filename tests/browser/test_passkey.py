"""A passkey is added and lets its person in, in a real browser, under the real content security policy.

The key is the browser's own virtual one (WebAuthn testing interface); nothing of it leaves the machine.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Any, installation: Any) -> Any:
    """A tab with a virtual passkey holder; browsers allow passkeys on localhost, not on a bare address."""
    context = chromium.new_context(locale="ja-JP")
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    holder = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": holder})
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text) if message.type == "error" else None)
    yield tab
    context.close()


def test_passkey_is_added_and_lets_in(page: Any, installation: Any) -> None:
    base = installation.url.replace("127.0.0.1", "localhost")
    email = next(user["email"] for user in installation.users() if user["roles"][0]["role"] == "member")
    page.goto(installation.sign_in_link(email).replace("127.0.0.1", "localhost"))
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/enter/" not in url, timeout=10_000)

    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.check("[name=passwordless]")
    page.click("#passkey_add")
    page.wait_for_url("**/recovery-codes/**", timeout=10_000)

    page.goto(f"{base}/accounts/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/logout/" not in url, timeout=10_000)
    page.goto(f"{base}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/accounts/" not in url, timeout=10_000)
    page.goto(f"{base}/profile/")
    assert email in page.inner_text("main")
    assert page.complaints == []
