"""Pages that belong to no single noun: the start, the home of a company, language and theme."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from anshin.console.people.access import Actor, actor_for, organisations_of
from anshin.console.people.gates import company_page, person_page, public_page
from anshin.console.people.models import Organisation, User
from anshin.console.people.roles import Permission
from anshin.console.web.access import desks
from anshin.console.web.home_page import cards_context, figures_of, home_context, log_context, status_context
from anshin.console.web.live import answer_part
from anshin.console.web.navigation import board_address


@person_page
def start(request: HttpRequest) -> HttpResponse:
    """Lead a provider's people to their board, others to the one company they have, or let them choose."""
    if not isinstance(request.user, User):
        raise Http404("no such page")
    organisations = list(organisations_of(request.user))
    for organisation in organisations:
        if organisation.kind == Organisation.Kind.PROVIDER and (
            board := board_address(actor_for(request.user, organisation.id))
        ):
            return redirect(board)
    if len(organisations) == 1:
        return redirect("home", organisation_id=organisations[0].id)
    return render(request, "web/choose.html", {"organisations": organisations})


@company_page(Permission.COMPANY_VIEW)
def company_home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer how the company is. A provider has no devices of its own, so its people are led to their board."""
    if actor.organisation.kind == Organisation.Kind.PROVIDER and (board := board_address(actor)):
        return redirect(board)
    return render(request, "web/home.html", home_context(request, actor))


@company_page(Permission.COMPANY_VIEW)
def home_status(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the sentence of the home page anew, as a part of it."""
    context = status_context(actor, figures_of(actor.organisation))
    return answer_part(request, "web/parts/home_status.html", context)


@company_page(Permission.COMPANY_VIEW)
def home_cards(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the cards of the home page anew, as a part of it."""
    context = cards_context(actor, figures_of(actor.organisation))
    return answer_part(request, "web/parts/home_cards.html", context)


@company_page(Permission.AUDIT_VIEW)
def home_log(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the last happenings of the home page anew, as a part of it."""
    return answer_part(request, "web/parts/home_log.html", log_context(actor))


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
