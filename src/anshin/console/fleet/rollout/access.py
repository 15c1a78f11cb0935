"""The only way to models. What is not this provider's, or of its customers, answers like what does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django_scopes import scopes_disabled

from anshin.console.fleet.models import Device
from anshin.console.fleet.rollout.models import (
    CanaryDevice,
    DeviceModel,
    FalsePositiveReport,
    ModelKey,
    ModelRelease,
    Rollout,
)
from anshin.console.people.access import Actor, first_or_404
from anshin.console.people.gates import company_page
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission

P = ParamSpec("P")


def provider_room(
    permission: Permission,
) -> Callable[[Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Gate a view of one provider, named in its address; a customer company at that address does not exist."""

    def gate(view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]) -> Callable[..., HttpResponse]:
        def inner(request: HttpRequest, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if actor.organisation.kind != Organisation.Kind.PROVIDER:
                raise Http404("no such page")
            return view(request, actor, *args, **kwargs)

        return update_wrapper(company_page(permission)(inner), view, updated=())

    return gate


@dataclass(frozen=True, slots=True)
class Ring:
    """A device of a customer and whether it gets models first: chosen, or as the oldest of its company."""

    device: Device
    chosen: bool
    canary: bool


def releases() -> list[ModelRelease]:
    """Return the provider's packages, newest first in each family."""
    return list(ModelRelease.objects.defer("card", "manifest"))


def release_of(release_id: UUID) -> ModelRelease:
    """Return the package, or raise Http404."""
    found: ModelRelease = first_or_404(ModelRelease.objects.filter(id=release_id))
    return found


def rollouts_of(release: ModelRelease) -> list[Rollout]:
    """Return every attempt to bring this package to the devices, newest first."""
    return list(Rollout.objects.filter(release=release).select_related("release"))


def rollouts(*, limit: int = 50) -> list[Rollout]:
    """Return the provider's last rollouts, newest first."""
    return list(Rollout.objects.select_related("release")[:limit])


def rollout_of(rollout_id: UUID) -> Rollout:
    """Return the rollout, or raise Http404."""
    found: Rollout = first_or_404(Rollout.objects.filter(id=rollout_id).select_related("release"))
    return found


def keys() -> list[ModelKey]:
    """Return the provider's public keys."""
    return list(ModelKey.objects.order_by("created_at"))


def ring(provider: Organisation) -> list[Ring]:
    """Return all living devices of the provider's customers, with their place in the ring."""
    with scopes_disabled():  # all customers of this provider
        devices = list(
            Device.objects.filter(organisation__provider=provider, revoked_at=None, is_sample=False)
            .select_related("organisation")
            .order_by("organisation__name", "enrolled_at", "id")
        )
        chosen = set(CanaryDevice.objects.filter(organisation__provider=provider).values_list("device_id", flat=True))
    with_choice = {d.organisation_id for d in devices if d.id in chosen}
    oldest: dict[UUID, UUID] = {}
    for device in devices:
        oldest.setdefault(device.organisation_id, device.id)
    return [
        Ring(
            device,
            device.id in chosen,
            device.id in chosen
            if device.organisation_id in with_choice
            else oldest[device.organisation_id] == device.id,
        )
        for device in devices
    ]


def device_models(provider: Organisation, release: ModelRelease) -> list[DeviceModel]:
    """Return what the provider's devices say of one package: used, or refused and why."""
    with scopes_disabled():  # all customers of this provider
        return list(
            DeviceModel.objects.filter(
                organisation__provider=provider, family=release.family, sha256=release.sha256, device__revoked_at=None
            )
            .select_related("device", "organisation")
            .order_by("organisation__name", "device__name")
        )


def false_positives(provider: Organisation, *, state: str = "") -> list[FalsePositiveReport]:
    """Return what the provider's customers reported, what waits for a decision first."""
    with scopes_disabled():  # all customers of this provider
        found = FalsePositiveReport.objects.filter(organisation__provider=provider)
        if state in FalsePositiveReport.State.values:
            found = found.filter(state=state)
        rows = list(found.select_related("organisation", "detection").order_by("-reported_at", "id"))
    return sorted(rows, key=lambda row: row.state != FalsePositiveReport.State.OPEN)


def false_positive_of(provider: Organisation, report_id: UUID) -> FalsePositiveReport:
    """Return the report of a customer of this provider, or raise Http404."""
    with scopes_disabled():  # all customers of this provider
        found = FalsePositiveReport.objects.filter(organisation__provider=provider, id=report_id)
        report: FalsePositiveReport = first_or_404(found.select_related("organisation"))
    return report


def models_on(device: Device) -> list[DeviceModel]:
    """Return the models of one device of the active company."""
    return list(DeviceModel.objects.filter(device=device).order_by("family", "code"))
