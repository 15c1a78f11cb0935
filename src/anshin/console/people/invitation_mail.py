"""The mail that carries an invitation, in the language of the organisation that invites."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from anshin.console.people.models import Invitation
from anshin.console.people.roles import Role


def invitation_message(invitation: Invitation, path: str) -> EmailMultiAlternatives:
    """Return the mail, as text and as HTML, ready to be delivered."""
    organisation = invitation.organisation
    with translation.override(organisation.language):
        context = {
            "invitation": invitation,
            "organisation": organisation,
            "provider": organisation.provider or organisation,
            "role": Role(invitation.role).label,
            "url": settings.CONFIG.public_url + path,
            "language": organisation.language,
        }
        message = EmailMultiAlternatives(
            subject=_("Invitation to %(name)s") % {"name": organisation.name},
            body=render_to_string("people/mail/invitation.txt", context),
            to=[invitation.email],
        )
        message.attach_alternative(render_to_string("people/mail/invitation.html", context), "text/html")
    return message
