"""A device joins: a person makes a one-time token, an agent trades it for an identity."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Device, EnrolmentToken
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.console.people.tokens import hash_token, new_token
from anshin.console.web.problems import ApiProblem
from anshin.wire.documents import EnrolRequest, EnrolResponse

TOKEN_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A token just made. The token itself is shown once and stored nowhere."""

    id: UUID
    token: str
    expires_at: datetime


def start_enrolment(*, actor: Actor, label: str = "", now: datetime | None = None) -> Enrolment:
    """Make a one-time token that lets one agent join the actor's company within a day."""
    actor.require(Permission.DEVICE_MANAGE)
    token, hashed = new_token()
    expires_at = (now or timezone.now()) + TOKEN_LIFETIME
    with transaction.atomic():
        row = EnrolmentToken.objects.create(
            organisation=actor.organisation,
            label=label.strip(),
            token_hash=hashed,
            created_by_name=actor.name[:200],
            expires_at=expires_at,
        )
        record(
            actor=actor,
            action="device.enrolment_started",
            object_kind="enrolment",
            object_id=row.id,
            data={"label": row.label},
        )
    return Enrolment(row.id, token, expires_at)


def make_enrolment_token(*, actor: Actor, label: str, now: datetime | None = None) -> str:
    """Return a one-time token, for programs that hand it straight to an agent."""
    return start_enrolment(actor=actor, label=label, now=now).token


def enrol(*, request: EnrolRequest, now: datetime | None = None) -> EnrolResponse:
    """Store a device for a one-time token. Of two agents with one token exactly one gets in.

    Raises ApiProblem 403 token_unknown, token_used or token_expired.
    """
    now = now or timezone.now()
    with scopes_disabled():  # the token says which company it is
        found = (
            EnrolmentToken.objects.select_related("organisation").filter(token_hash=hash_token(request.token)).first()
        )
    if found is None:
        raise _refused("token_unknown", "この登録コードは見つかりません", "This enrolment token is not known")
    if found.used_at is None and found.expires_at <= now:
        raise _refused("token_expired", "この登録コードは期限が切れています", "This enrolment token has expired")
    organisation = found.organisation
    with transaction.atomic(), scope(organisation=organisation):
        won = EnrolmentToken.objects.filter(id=found.id, used_at=None).update(used_at=now)
        if not won:
            raise _refused(
                "token_used", "この登録コードはもう使われました", "This enrolment token has been used already"
            )
        machine = {name: value.replace("\0", "") for name, value in request.machine.model_dump().items()}
        device = Device.objects.create(
            organisation=organisation,
            name=found.label or machine["hostname"] or "PC",
            public_key=request.public_key,
            last_seen_at=None,
            **machine,
        )
        EnrolmentToken.objects.filter(id=found.id).update(device=device)
        record(
            actor=Actor("device", str(device.id), device.name, organisation),
            action="device.enrolled",
            object_kind="device",
            object_id=device.id,
            data={"name": device.name, "enrolment": str(found.id)},
        )
    return EnrolResponse(device_id=device.id, organisation=organisation.name, server_time=now)


def _refused(code: str, ja: str, en: str) -> ApiProblem:
    return ApiProblem(
        403,
        code,
        f"{ja}。コンソールの「端末を追加」で新しいコードを作ってください。",
        f"{en}. Make a new one under Add a device in the console.",
        field="token",
    )
