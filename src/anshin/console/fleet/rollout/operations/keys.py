"""The public keys of the provider: what may be uploaded, and what devices trust."""

import base64

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from anshin.console.audit.operations import record
from anshin.console.fleet.rollout.models import ModelKey
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.engine.models.package import key_id


def add_key(*, actor: Actor, public_key: str) -> ModelKey:
    """Register a public key (base64 of the raw 32 bytes). Twice is once. Raises ValueError for what is none."""
    actor.require(Permission.MODEL_MANAGE)
    try:
        raw = base64.b64decode(public_key.strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, InvalidKey) as error:
        raise ValueError("not an Ed25519 public key in base64") from error
    with transaction.atomic():
        key, created = ModelKey.objects.get_or_create(
            organisation=actor.organisation,
            key_id=key_id(raw),
            defaults={"public_key": base64.b64encode(raw).decode(), "created_by_name": actor.name[:200]},
        )
        if created:
            record(
                actor=actor, action="model.key_added", object_kind="model_key", object_id=key.pk,
                data={"key": key.key_id},
            )  # fmt: skip
    return key


def raw_keys() -> dict[str, bytes]:
    """Return the keys of the provider whose scope is active, as the engine wants them."""
    return {key.key_id: base64.b64decode(key.public_key) for key in ModelKey.objects.all()}
