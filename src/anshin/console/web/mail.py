"""Mail leaves through the server that the set-up wizard stored, and whoever asked is told in words when it does not."""

import contextlib
import logging
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.utils import timezone
from django.utils.translation import gettext as _

from anshin.console.web.models import Installation
from anshin.console.web.sealing import open_sealed, seal

_log = logging.getLogger(__name__)
_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether the mail server took a message; if not, why, in the language of the page."""

    sent: bool
    reason: str = ""
    answer: str = ""  # what the server itself said, as it said it


class InstallationMailBackend(BaseEmailBackend):
    """Sends through the installation's mail server. Without one nothing is sent, and the count says so."""

    def __init__(self, *, fail_silently: bool = False, **_options: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many messages the server took; 0 when no server is set."""
        installation = Installation.current()
        if not installation.mail_host:
            return 0
        for message in email_messages:
            if installation.mail_from:
                message.from_email = installation.mail_from
        backend = SmtpBackend(
            host=installation.mail_host,
            port=installation.mail_port,
            username=installation.mail_user,
            password=stored_password(installation),
            use_tls=installation.mail_security == "starttls",
            use_ssl=installation.mail_security == "tls",
            timeout=_SECONDS,
            fail_silently=self.fail_silently,
        )
        try:
            return backend.send_messages(email_messages) or 0
        finally:
            # Django leaves the connection open when encryption or sign-in fails.
            with contextlib.suppress(OSError):
                backend.close()


def stored_password(installation: Installation) -> str:
    """Return the mail server's password, or "" when there is none. Raises ValueError when no secret key opens it."""
    sealed = bytes(installation.mail_password_sealed)
    return open_sealed(sealed).decode() if sealed else ""


def store_mail_settings(
    *, host: str, port: int, security: str, user: str, sender: str, password: str | None = None
) -> Installation:
    """Store how mail leaves the house. `password` None keeps the stored one; it is kept sealed."""
    installation = Installation.current()
    installation.mail_host, installation.mail_port, installation.mail_security = host, port, security
    installation.mail_user, installation.mail_from = user, sender
    if password is not None:
        installation.mail_password_sealed = seal(password.encode()) if password else b""
    installation.mail_tested_at = None  # what was proven before no longer is
    installation.save()
    return installation


def mail_is_set() -> bool:
    """Whether this installation knows a mail server at all."""
    return bool(Installation.current().mail_host)


def deliver(message: EmailMessage) -> Delivery:
    """Hand one message to the mail server. Never raises for what a mail server can do wrong."""
    if not mail_is_set():
        return Delivery(sent=False, reason=_("No mail server is set up in this installation."))
    try:
        message.send()
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # The address stays out of the log; what the server said does not name people.
        _log.warning("a mail was not delivered: %s", type(error).__name__)
        return Delivery(sent=False, reason=explain(error), answer=_answer_of(error))
    return Delivery(sent=True)


def send_test_mail(to: str) -> Delivery:
    """Really send a mail to `to` and remember that the server took it."""
    installation = Installation.current()
    delivery = deliver(
        EmailMessage(
            subject=_("Test mail from Anshin"),
            body=_("This mail shows that Anshin can send mail through %(host)s. You need not do anything.")
            % {"host": installation.mail_host},
            to=[to],
        )
    )
    if delivery.sent:
        Installation.objects.filter(pk=installation.pk).update(mail_tested_at=timezone.now())
    return delivery


def explain(error: Exception) -> str:
    """Return what went wrong with the mail server and what would help, in the language of the page."""
    for kind, sentence in _EXPLANATIONS:
        if isinstance(error, kind):
            return sentence()
    return _("The mail server could not be used. Its answer stands below.")


def _answer_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(words)}" for code, words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error)[:500]


def _text(words: bytes | str) -> str:
    return (words.decode("utf-8", "replace") if isinstance(words, bytes) else words)[:500]


# Most particular first: several of these are kinds of OSError.
_EXPLANATIONS: tuple[tuple[type[Exception], Callable[[], str]], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        lambda: _("The server refused the user name or the password. Some providers ask for an app password."),
    ),
    (
        smtplib.SMTPNotSupportedError,
        lambda: _("The server does not offer what was asked of it. Try another kind of encryption."),
    ),
    (smtplib.SMTPSenderRefused, lambda: _("The server does not accept the sender's address.")),
    (smtplib.SMTPRecipientsRefused, lambda: _("The server does not accept the recipient's address.")),
    (smtplib.SMTPDataError, lambda: _("The server took the addresses but refused the message.")),
    (
        smtplib.SMTPServerDisconnected,
        lambda: _("The server hung up. The port may belong to another kind of encryption."),
    ),
    (
        ssl.SSLCertVerificationError,
        lambda: _("The server's certificate is not valid for this name. Check the host name."),
    ),
    (ssl.SSLError, lambda: _("Encryption could not be set up. The port may belong to another kind of encryption.")),
    (TimeoutError, lambda: _("The server did not answer in time. Check the port and the firewall.")),
    (ConnectionRefusedError, lambda: _("Nothing answers on this port. Check the host name and the port.")),
    (
        ValueError,
        lambda: _("The stored password cannot be opened with this installation's secret key. Enter it again."),
    ),
    (OSError, lambda: _("The server cannot be reached. Check the host name, the port and the network.")),
)
