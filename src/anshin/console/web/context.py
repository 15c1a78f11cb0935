"""What every template may use: the frame around the page."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from anshin.console.web.access import desk_of
from anshin.console.web.home_page import waiting_for
from anshin.console.web.navigation import board_address, navigation

if TYPE_CHECKING:
    from anshin.console.people.access import Actor

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the actor (None outside a company), the menu, the desk's telephone, theme and the way back.

    What costs a query is lazy: a part of a page that htmx asks for shows no frame and pays nothing.
    """
    actor: Actor | None = getattr(request, "actor", None)
    organisation = actor.organisation if actor else None
    desk = SimpleLazyObject(lambda: desk_of(organisation))
    english = organisation.name_en if organisation and get_language() == "en" else ""
    return {
        "actor": actor,
        "organisation": organisation,
        "organisation_name": english or str(organisation or ""),
        "attention_count": SimpleLazyObject(lambda: waiting_for(actor) if actor else 0),
        "demo": settings.CONFIG.demo,
        "navigation": SimpleLazyObject(lambda: navigation(actor, request.path) if actor else []),
        "board_url": board_address(actor) if actor else "",
        "desk": desk,
        "desk_phone": SimpleLazyObject(lambda: desk.phone if desk else ""),
        "theme": theme_of(request),
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else request.path,
    }


def theme_of(request: HttpRequest) -> str:
    """Return "light", "dark", or "" for the system's choice: of the person, or of this browser before sign-in."""
    user = getattr(request, "user", None)
    chosen = user.theme if user is not None and user.is_authenticated else request.COOKIES.get("anshin-theme", "")
    return chosen if chosen in THEMES else ""
