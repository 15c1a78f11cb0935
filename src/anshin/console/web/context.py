"""What every template may use: the frame around the page."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from anshin.console.people.access import Actor


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the actor (None outside a company), whether this is a demonstration, and the desk's telephone number."""
    actor: Actor | None = getattr(request, "actor", None)
    organisation = actor.organisation if actor else None
    provider = (organisation.provider or organisation) if organisation else None
    return {
        "actor": actor,
        "organisation": organisation,
        "demo": settings.CONFIG.demo,
        "desk_phone": provider.desk_phone if provider else "",
    }
