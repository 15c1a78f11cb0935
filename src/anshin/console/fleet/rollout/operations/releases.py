"""Takes a package in, after everything about it was checked, and keeps it in pieces that devices fetch."""

import json

from django.db import IntegrityError, transaction

from anshin.console.audit.operations import record
from anshin.console.fleet.rollout.models import ModelPart, ModelRelease
from anshin.console.fleet.rollout.operations.keys import raw_keys
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.engine.errors import ModelError
from anshin.engine.models import read_package
from anshin.engine.models.package import CARD
from anshin.wire.models import PART_BYTES


class VersionTaken(ValueError):  # noqa: N818 - reads as what it says
    """Another package of this family and version was uploaded before."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def upload_release(*, actor: Actor, data: bytes) -> ModelRelease:
    """Keep a package. The same one twice is once.

    Raises ModelError with its sentence when it must not be used, and VersionTaken when the version stands for another.
    """
    actor.require(Permission.MODEL_MANAGE)
    package = read_package(data, raw_keys())
    manifest = package.manifest
    try:
        card = json.loads(package.contents.get(CARD, b"{}"))
    except ValueError as error:
        raise ModelError("damaged") from error
    known = ModelRelease.objects.filter(family=manifest.family, version=manifest.version).first()
    if known is not None:
        return _same(known, package.sha256)
    try:
        with transaction.atomic():
            release = ModelRelease.objects.create(
                organisation=actor.organisation,
                family=manifest.family,
                version=manifest.version,
                sha256=package.sha256,
                size=len(data),
                key_id=package.key_id,
                manifest=manifest.model_dump(mode="json", exclude={"features"}) | {"features": len(manifest.features)},
                card=card,
                uploaded_by_name=actor.name[:200],
            )
            ModelPart.objects.bulk_create(
                ModelPart(
                    organisation=actor.organisation, release=release, number=at // PART_BYTES,
                    data=data[at : at + PART_BYTES],
                )
                for at in range(0, len(data), PART_BYTES)
            )  # fmt: skip
            record(
                actor=actor,
                action="model.uploaded",
                object_kind="model_release",
                object_id=release.id,
                data={"model": str(release), "sha256": release.sha256, "key": release.key_id},
            )
    except IntegrityError:  # somebody else uploaded this version at the same moment
        return _same(ModelRelease.objects.get(family=manifest.family, version=manifest.version), package.sha256)
    return release


def _same(known: ModelRelease, sha256: str) -> ModelRelease:
    if known.sha256 != sha256:
        raise VersionTaken(str(known))
    return known
