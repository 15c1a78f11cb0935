"""All customers of a provider together: what strikes many at once, and what the covers would have to pay."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.access import portfolio_for
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission
from anshin.risk.report.amounts import exact
from anshin.risk.text import Language


@company_page(Permission.DIAGNOSIS_VIEW)
@require_http_methods(["GET", "POST"])
def accumulation(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the newest calculation over all customers, or ask for one."""
    if actor.organisation.kind != Organisation.Kind.PROVIDER:
        raise Http404("no such page")
    if request.method == "POST":
        operations.request_portfolio(actor=actor)
        return redirect("accumulation", actor.organisation.id)
    language: Language = "en" if get_language() == "en" else "ja"
    newest, done = portfolio_for(actor)
    context = {
        "newest": newest,
        "done": done,
        "error": (newest.error_ja if language == "ja" else newest.error_en) if newest else "",
        **(_shown(done.figures, language) if done and done.figures else {}),
    }
    return render(request, "diagnosis/accumulation.html", context)


def _shown(figures: dict[str, Any], language: Language) -> dict[str, Any]:
    gross, net = figures["gross"], figures["net"]

    def pair(name: str, before: int, after: int) -> tuple[str, str, str]:
        return name, exact(before, language), exact(after, language)

    periods = [pair(_("1-in-%(n)s year") % {"n": n}, v["yen"], net["aep"][n]["yen"]) for n, v in gross["aep"].items()]
    return {
        "companies": len(figures["companies"]),
        "years": f"{figures['years']:,}",
        "rows": [pair(_("Mean of a year"), gross["aal"]["yen"], net["aal"]["yen"]), *periods],
        "causes": [
            (_cause(code), exact(part["aal"], language), exact(part["co_tvar_995"], language))
            for code, part in figures["net_by_cause"].items()
        ],
    }


def _cause(code: str) -> str:
    kind, _colon, vendor = code.partition(":")
    words = {
        "own": _("Accidents of single companies"),
        "os": _("A flaw in %(vendor)s"),
        "supplier": _("An attack through the provider (%(vendor)s)"),
    }
    return words[kind] % {"vendor": vendor} if vendor else words[kind]
