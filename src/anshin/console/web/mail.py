"""Mail leaves through the server that the set-up wizard stored; without one it is written to the log folder."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from anshin.console.web.models import Installation
from anshin.console.web.sealing import open_sealed


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
        sealed = bytes(installation.mail_password_sealed)
        backend = SmtpBackend(
            host=installation.mail_host,
            port=installation.mail_port,
            username=installation.mail_user,
            password=open_sealed(sealed).decode() if sealed else "",
            use_tls=installation.mail_security == "starttls",
            use_ssl=installation.mail_security == "tls",
            timeout=20,
            fail_silently=self.fail_silently,
        )
        return backend.send_messages(email_messages) or 0
