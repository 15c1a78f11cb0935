"""API keys of a company: made, shown once, listed, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.people import operations
from anshin.console.people.access import Actor, key_or_404
from anshin.console.people.forms import KeyForm
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission


@company_page(Permission.KEY_MANAGE)
def key_list(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001 - every company page gets the actor
    """Show the company's keys, the newest first."""
    return render(request, "people/keys.html", {"keys": operations.keys_of(), "now": timezone.now()})


@company_page(Permission.KEY_MANAGE)
@require_http_methods(["GET", "POST"])
def key_create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make a key and show it in this one answer; it is nowhere stored."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = operations.create_key(actor=actor, **form.cleaned_data)
        return render(request, "people/key_made.html", {"made": made})
    return render(request, "people/key_new.html", {"form": form})


@company_page(Permission.KEY_MANAGE)
@require_http_methods(["GET", "POST"])
def key_revoke(request: HttpRequest, actor: Actor, key_id: UUID) -> HttpResponse:
    """Ask, then stop a key at once."""
    key = key_or_404(key_id)
    if request.method == "POST":
        operations.revoke_key(actor=actor, key=key)
        messages.success(request, _("The key “%(name)s” was revoked.") % {"name": key.name})
        return redirect("key_list", organisation_id=actor.organisation.id)
    return render(request, "people/key_revoke.html", {"key": key})
