"""The pages of django-allauth that exist here, each with its gate. What is not listed is closed.

Listed one by one, so that an allauth release that brings a new page opens nothing by itself.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path

from anshin.console.people.gates import person_page, public_page


@public_page
def closed(_request: HttpRequest, /) -> HttpResponse:
    """Answer as a page that does not exist. allauth needs these names; nobody signs up or adds addresses alone."""
    raise Http404("no such page")


urlpatterns = [
    path("login/", public_page(account.login), name="account_login"),
    path("logout/", public_page(account.logout), name="account_logout"),
    path("inactive/", public_page(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", person_page(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", person_page(account.password_change), name="account_change_password"),
    path("password/set/", person_page(account.password_set), name="account_set_password"),
    path("password/reset/", public_page(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", public_page(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        public_page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public_page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("2fa/", person_page(factors.index), name="mfa_index"),
    path("2fa/authenticate/", public_page(factors.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", person_page(factors.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", person_page(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", person_page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", person_page(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        person_page(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        person_page(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", person_page(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", person_page(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", public_page(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        person_page(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", person_page(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", person_page(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("sessions/", person_page(sessions.list_usersessions), name="usersessions_list"),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
]
