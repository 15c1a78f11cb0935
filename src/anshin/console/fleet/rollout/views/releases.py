"""Pages about packages: the list, one with its card, a new one, and the keys they are signed with."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet.rollout import access, operations
from anshin.console.fleet.rollout.access import provider_room
from anshin.console.fleet.rollout.forms import KeyForm, RollBackForm, StartForm, UploadForm
from anshin.console.fleet.rollout.models import Rollout
from anshin.console.fleet.rollout.operations.releases import VersionTaken
from anshin.console.fleet.rollout.wording import MARKS
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.engine.errors import ModelError


def rollout_rows(found: list[Rollout]) -> list[tuple[Rollout, str]]:
    """Return (rollout, mark) for the tables that list rollouts."""
    return [(one, MARKS[one.state]) for one in found]


@provider_room(Permission.MODEL_REVIEW)
def model_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the provider's packages and how far they are."""
    context = {
        "releases": access.releases(),
        "rollouts": rollout_rows(access.rollouts()),
        "may_manage": actor.may(Permission.MODEL_MANAGE),
    }
    return render(request, "fleet/rollout/list.html", context)


@provider_room(Permission.MODEL_MANAGE)
def model_upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take a package in; one that must not be used is refused with the engine's sentence."""
    if request.method != "POST":
        return _upload_page(request, UploadForm(), KeyForm())
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            release = operations.upload_release(actor=actor, data=form.cleaned_data["package"].read())
        except ModelError as error:
            form.add_error("package", error.ja if get_language() == "ja" else error.en)
        except VersionTaken as error:
            form.add_error(
                "package",
                _("Another package is already here as %(name)s. Give the new one its own version.")
                % {"name": error.name},
            )
        else:
            messages.success(request, _("The signature is right. %(name)s is here.") % {"name": release})
            return redirect("model_detail", organisation_id=actor.organisation.id, release_id=release.id)
    return _upload_page(request, form, KeyForm(), status=400)


@provider_room(Permission.MODEL_MANAGE)
@require_POST
def model_key_add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Register a public key of the provider."""
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            operations.add_key(actor=actor, public_key=form.cleaned_data["public_key"])
        except ValueError:
            form.add_error("public_key", _("This is not an Ed25519 public key in base64."))
        else:
            messages.success(request, _("The key is registered."))
            return redirect("model_upload", organisation_id=actor.organisation.id)
    return _upload_page(request, UploadForm(), form, status=400)


def _upload_page(request: HttpRequest, form: UploadForm, key_form: KeyForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "key_form": key_form, "keys": access.keys()}
    return render(request, "fleet/rollout/upload.html", context, status=status)


@provider_room(Permission.MODEL_REVIEW)
def model_detail(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """Show one package: its card, where it is used, and its rollouts."""
    return detail_page(request, actor, release_id)


def detail_page(
    request: HttpRequest, actor: Actor, release_id: UUID, *, refused: object = "", status: int = 200
) -> HttpResponse:
    """Show the page of one package, with what was refused where something was."""
    release = access.release_of(release_id)
    language = "ja" if get_language() == "ja" else "en"
    found = access.rollouts_of(release)
    on_devices = access.device_models(actor.organisation, release)
    hours = settings.CONFIG.model_canary_hours
    context = {
        "release": release,
        "said": {name: _said(release.card.get(name), language) for name in ("intended_use", "limits")},
        "measured": [(_("Suspicious"), release.manifest["watch"]), (_("Dangerous"), release.manifest["protect"])],
        "sources": _sources(release.card),
        "rollouts": rollout_rows(found),
        "moving": next((one for one in found if one.state != Rollout.State.ROLLED_BACK), None),
        "rows": [(one, one.ja if language == "ja" else one.en) for one in on_devices],
        "start_form": StartForm(initial={"hours": hours}),
        "back_form": RollBackForm(),
        "may_manage": actor.may(Permission.MODEL_MANAGE),
        "refused": refused,
    }
    return render(request, "fleet/rollout/detail.html", context, status=status)


def _said(part: Any, language: str) -> str:
    return str(part.get(language, "")) if isinstance(part, dict) else ""


def _sources(card: dict[str, Any]) -> list[dict[str, Any]]:
    data = card.get("data")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
