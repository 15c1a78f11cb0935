"""The provider's own pages: the board of its customers, and a new customer."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.people import operations
from anshin.console.people.access import Actor, provider_page
from anshin.console.people.board import rows_of
from anshin.console.people.forms import CompanyForm
from anshin.console.people.roles import Permission

_PAGE = 50


@provider_page(Permission.PROVIDER_VIEW)
def provider_board(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every customer company at a glance."""
    search = request.GET.get("q", "").strip()
    companies = operations.companies_of(provider=actor.organisation, search=search)
    page = Paginator(companies, _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows_of(list(page)), "search": search, "manages": actor.may(Permission.PROVIDER_MANAGE)}
    return render(request, "people/board.html", context)


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
