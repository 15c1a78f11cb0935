"""How allauth behaves here."""

import base64
import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import translation

from anshin.console.people.models import User
from anshin.console.web.sealing import open_sealed, seal

_log = logging.getLogger(__name__)


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: people come by invitation, sign-in link or the set-up wizard."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return False, always."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the language of the person it goes to, or of the page when they chose none.

        A mail server that fails is logged and changes no answer: an error page for known addresses only would tell
        which addresses are known.
        """
        user = context.get("user")
        language = user.language if isinstance(user, User) and user.language else translation.get_language()
        with translation.override(language):
            try:
                super().send_mail(template_prefix, email, context)
            except (OSError, ValueError, smtplib.SMTPException) as error:
                _log.error("an account mail was not delivered: %s", type(error).__name__)


class SealingMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps and recovery codes encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """Return `text` sealed under the installation's secret key, as base64."""
        return base64.b64encode(seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given. Raises ValueError when no secret key of this installation fits."""
        return open_sealed(base64.b64decode(encrypted_text)).decode()
