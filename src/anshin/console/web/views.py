"""Pages that belong to no single noun: the start, the home of a company, language and theme."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from anshin.console.people.access import Actor, company_page, organisations_of, person_page, public_page
from anshin.console.people.roles import Permission
from anshin.console.web.access import desks


@person_page
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the one company a person has, or let them choose."""
    organisations = list(organisations_of(request.user))  # type: ignore[arg-type]
    if len(organisations) == 1:
        return redirect("home", organisation_id=organisations[0].id)
    return render(request, "web/choose.html", {"organisations": organisations})


@company_page(Permission.COMPANY_VIEW)
def company_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the company's home."""
    return render(request, "web/home.html", {"company": actor.organisation})


@public_page
def emergency(request: HttpRequest) -> HttpResponse:
    """Show what someone needs at two in the morning: the telephone number and three steps, without sign-in."""
    return render(request, "web/emergency.html", {"desks": desks()})


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/"


@public_page
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and of the person when one is signed in."""
    chosen = request.POST.get("language", "")
    response = redirect(_back(request))
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", httponly=True)
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@public_page
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and the system's choice."""
    chosen = request.POST.get("theme", "")
    response = redirect(_back(request))
    if chosen in {"", "light", "dark"}:
        response.set_cookie("anshin-theme", chosen, max_age=365 * 86400, samesite="Lax", httponly=True)
        if request.user.is_authenticated:
            request.user.theme = chosen
            request.user.save(update_fields=["theme"])
    return response
