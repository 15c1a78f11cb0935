"""Pages about how a company protects: the mode, and the files always allowed or always blocked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet import access, operations
from anshin.console.fleet.forms import HashListForm, ProtectionForm
from anshin.console.fleet.models import HashListEntry, Protection
from anshin.console.fleet.operations.protection import ListFull
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.tables import csv_response, page_of, wants_csv


@company_page(Permission.DETECTION_VIEW)
def hash_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the files that are always allowed or always blocked."""
    entries = access.list_entries()
    which = request.GET.get("list", "")
    if which in HashListEntry.List.values:
        entries = entries.filter(list=which)
    if wants_csv(request):
        header = [_("What to do with the file"), "SHA-256", _("Reason"), _("By"), _("When")]
        rows = (
            [e.get_list_display(), e.sha256, e.reason, e.created_by_name, e.created_at.isoformat(timespec="seconds")]
            for e in entries
        )
        return csv_response("lists", header, rows)
    context = {
        "page": page_of(request, entries),
        "which": which,
        "choices": HashListEntry.List.choices,
        "may_handle": actor.may(Permission.DETECTION_HANDLE),
    }
    return render(request, "fleet/hash_list.html", context)


@company_page(Permission.DETECTION_HANDLE)
def hash_list_add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Put a file on one of the lists; a detection's page fills in the hash."""
    initial = {"sha256": request.GET.get("sha256", ""), "list": request.GET.get("list", HashListEntry.List.ALLOW)}
    form = HashListForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return render(request, "fleet/hash_list_add.html", {"form": form})
    if form.is_valid():
        try:
            operations.change_list(
                actor=actor,
                which=HashListEntry.List(form.cleaned_data["list"]),
                sha256=form.cleaned_data["sha256"],
                reason=form.cleaned_data["reason"],
            )
        except ListFull:
            form.add_error(None, _("The lists are full. Remove entries that are no longer needed first."))
        else:
            messages.success(request, _("The list has been changed. PCs get it within a minute."))
            return redirect("hash_list", organisation_id=actor.organisation.id)
    return render(request, "fleet/hash_list_add.html", {"form": form}, status=400)


@company_page(Permission.DETECTION_HANDLE)
@require_POST
def hash_list_remove(request: HttpRequest, actor: Actor, entry_id: UUID) -> HttpResponse:
    """Take a file off its list."""
    entry = access.list_entry_of(entry_id)
    operations.remove_from_list(actor=actor, entry_id=entry.id)
    messages.success(request, _("The list has been changed. PCs get it within a minute."))
    return redirect("hash_list", organisation_id=actor.organisation.id)


@company_page(Permission.DEVICE_VIEW)
def protection(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show how the company's devices protect."""
    mode = operations.current_mode()
    form = ProtectionForm(initial={"mode": mode})
    context = {"form": form, "mode": Protection(mode), "may_manage": actor.may(Permission.DEVICE_MANAGE)}
    return render(request, "fleet/protection.html", context)


@company_page(Permission.DEVICE_MANAGE)
@require_POST
def protection_change(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change how the company's devices protect."""
    form = ProtectionForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "mode": Protection(operations.current_mode()), "may_manage": True}
        return render(request, "fleet/protection.html", context, status=400)
    operations.set_protection(actor=actor, mode=Protection(form.cleaned_data["mode"]))
    messages.success(request, _("The protection has been changed. PCs get it within a minute."))
    return redirect("protection", organisation_id=actor.organisation.id)
