"""What the provider does with a rollout, and which devices go first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet.rollout import access, operations
from anshin.console.fleet.rollout.access import provider_room
from anshin.console.fleet.rollout.forms import RollBackForm, StartForm
from anshin.console.fleet.rollout.operations import RolloutRefused
from anshin.console.fleet.rollout.views.releases import detail_page
from anshin.console.fleet.rollout.wording import DONE, REFUSED
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission


@provider_room(Permission.MODEL_MANAGE)
@require_POST
def rollout_start(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """Give a package to the canary devices."""
    release = access.release_of(release_id)
    form = StartForm(request.POST)
    if not form.is_valid():
        return detail_page(request, actor, release_id, refused=_("Give the hours as a whole number."), status=400)
    try:
        operations.start_rollout(actor=actor, release=release, canary_hours=form.cleaned_data["hours"])
    except RolloutRefused as refused:
        return detail_page(request, actor, release_id, refused=REFUSED[refused.code], status=409)
    messages.success(request, _("The canary devices get it within a few minutes."))
    return redirect("model_detail", organisation_id=actor.organisation.id, release_id=release_id)


@provider_room(Permission.MODEL_MANAGE)
@require_POST
def rollout_change(request: HttpRequest, actor: Actor, rollout_id: UUID) -> HttpResponse:
    """Pause, go on, give to all, or roll back."""
    rollout = access.rollout_of(rollout_id)
    action = request.POST.get("action", "")
    try:
        if action == "roll_back":
            form = RollBackForm(request.POST)
            if not form.is_valid():
                said = _("Say in at least 5 characters why it is taken back.")
                return detail_page(request, actor, rollout.release_id, refused=said, status=400)
            operations.roll_back(actor=actor, rollout=rollout, reason=form.cleaned_data["reason"])
        elif action in {"pause", "resume", "widen"}:
            getattr(operations, action)(actor=actor, rollout=rollout)
        else:
            return detail_page(request, actor, rollout.release_id, refused=_("This cannot be done."), status=400)
    except RolloutRefused as refused:
        return detail_page(request, actor, rollout.release_id, refused=REFUSED[refused.code], status=409)
    messages.success(request, str(DONE[action]))
    return redirect("model_detail", organisation_id=actor.organisation.id, release_id=rollout.release_id)


@provider_room(Permission.MODEL_MANAGE)
def canary_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose the devices that get models first."""
    rows = access.ring(actor.organisation)
    if request.method == "POST":
        wanted = set(request.POST.getlist("device"))
        for chosen in (True, False):
            devices = [r.device for r in rows if (str(r.device.id) in wanted) is chosen and r.chosen is not chosen]
            operations.choose_canary(actor=actor, devices=devices, chosen=chosen)
        messages.success(request, _("The choice has been kept."))
        return redirect("canary_list", organisation_id=actor.organisation.id)
    return render(request, "fleet/rollout/canary.html", {"rows": rows})
