"""The provider's own pages: the board of its customers, and a new customer."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.people import operations
from anshin.console.people.access import Actor
from anshin.console.people.board import Row, rows_of
from anshin.console.people.forms import CompanyForm
from anshin.console.people.gates import provider_page
from anshin.console.people.roles import Permission
from anshin.console.web.tables import csv_response, page_of, wants_csv


@provider_page(Permission.PROVIDER_VIEW)
def provider_board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every customer company at a glance, who needs someone first."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]  # PostgreSQL takes no NUL
    rows = rows_of(list(operations.companies_of(provider=actor.organisation, search=search)))
    if wants_csv(request):
        return _board_csv(rows, losses=actor.may(Permission.DIAGNOSIS_VIEW))
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": page,
        "search": search,
        "manages": actor.may(Permission.PROVIDER_MANAGE),
        "sees_losses": actor.may(Permission.DIAGNOSIS_VIEW),
    }
    return render(request, "people/board.html", context)


def _board_csv(rows: list[Row], *, losses: bool) -> HttpResponse:
    of_devices = [_("Devices"), _("Protected devices"), _("Open detections")]
    header = [_("Company"), _("State"), *of_devices, _("Open cases"), _("With the desk")]
    cells: list[tuple[object, ...]] = [
        (r.company.name, r.state, r.fleet.total, r.fleet.safe, r.fleet.unhandled, r.cases.open, r.cases.with_desk)
        for r in rows
    ]
    if losses:
        header.append(_("1-in-10 year"))
        cells = [(*cell, r.loss.one_in_10 if r.loss.id else "") for cell, r in zip(cells, rows, strict=True)]
    return csv_response("companies", header, cells)


@provider_page(Permission.PROVIDER_MANAGE)
@require_http_methods(["GET", "POST"])
def company_create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Add a customer company and invite its first owner."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        company, invited = operations.create_company(actor=actor, **form.cleaned_data)
        if invited and not invited.delivery.sent:
            url = settings.CONFIG.public_url + invited.path
            return render(request, "people/invitation_link.html", {"invited": invited, "url": url, "company": company})
        messages.success(request, _("%(name)s was added.") % {"name": company.name})
        return redirect("provider_board")
    return render(request, "people/company_new.html", {"form": form})
