"""One of everything that belongs to a company, made the way it is made in life: through agents, handlers and people."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django_scopes import scope

from anshin.console.cases.models import CaseStep, Evidence, Incident
from anshin.console.fleet.models import Detection, EnrolmentToken, HashListEntry
from anshin.console.fleet.operations import change_list, make_enrolment_token
from anshin.console.fleet.rollout.operations import add_key, start_rollout, upload_release
from anshin.console.loop.operations import deliver_waiting
from anshin.console.people.models import Invitation, Organisation
from anshin.console.people.operations import create_key, invite
from anshin.console.people.roles import Role
from tests.console.conftest import Cast
from tests.console.diagnosis.conftest import diagnosed
from tests.console.fleet.conftest import FakeAgent, enrol, event, verdict
from tests.engine.model_packages import PUBLIC_TEXT, make_package


def agent_of(cast: Cast, company: Organisation, label: str) -> FakeAgent:
    """Enrol an agent through the API, with a one-time token."""
    key = Ed25519PrivateKey.generate()
    answer = enrol(make_enrolment_token(actor=cast.actor(Role.OWNER, company), label=label), key)
    assert answer.status_code == 201, answer.content
    return FakeAgent(UUID(answer.json()["device_id"]), key)


def belongings_of(cast: Cast, company: Organisation, marker: str = "") -> dict[str, Any]:
    """Make one of everything in `company`, `marker` in each name; return the ids by the names that addresses use."""
    agent = agent_of(cast, company, f"経理PC-02{marker}")
    name = f"請求書{marker}.pdf.exe"
    sent = agent.send(event("detection.blocked", path=f"C:\\{name}", verdict=verdict(name)))
    assert sent.status_code == 200, sent.content
    deliver_waiting()
    owner = cast.actor(Role.OWNER, company)
    with scope(organisation=company):
        detection = Detection.objects.get()
        incident = Incident.objects.get()
        entry = change_list(
            actor=owner, which=HashListEntry.List.DENY, sha256="d" * 64, reason=f"known to be bad {marker}"
        )
        invite(actor=owner, email=f"new{len(marker)}@example.test", role=Role.MEMBER)
        key = create_key(actor=owner, name=f"程式{marker}", scope="read", days=30)
        return {
            "device_id": agent.device_id,
            "detection_id": detection.pk,
            "enrolment_id": EnrolmentToken.objects.get().id,
            "entry_id": entry.id,
            "incident_id": incident.id,
            "step_id": CaseStep.objects.filter(incident=incident)[0].id,
            "evidence_id": Evidence.objects.filter(incident=incident)[0].id,
            "user_id": cast.user(company, Role.MEMBER).id,
            "invitation_id": Invitation.objects.get().id,
            "key_id": key.key.id,
            **diagnosed(owner, marker),
            **rollout_of(cast, company),
        }


def rollout_of(cast: Cast, company: Organisation) -> dict[str, Any]:
    """Make a model on its way at the provider; the second company's is that of a provider of its own."""
    provider = cast.provider
    if company != cast.company:
        provider = Organisation.objects.create(kind="provider", name=f"よその事業者{company.name}")
    administrator = replace(cast.actor(Role.ADMINISTRATOR, cast.provider), organisation=provider)
    with scope(organisation=provider):
        add_key(actor=administrator, public_key=PUBLIC_TEXT)
        release = upload_release(actor=administrator, data=make_package())
        rollout = start_rollout(actor=administrator, release=release)
    return {"release_id": release.id, "rollout_id": rollout.id, "sha256": release.sha256}
