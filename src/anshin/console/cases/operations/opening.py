"""From a detection to a case: the right playbook, a number, first steps and sealed evidence. Called by the outbox."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.cases.models import CaseCounter, CaseMail, CaseNote, CaseSource, CaseStep, Evidence, Incident
from anshin.console.cases.operations.custody import append_custody
from anshin.console.cases.operations.telling import prepare_mails
from anshin.console.fleet.operations import DetectionFacts, detection_facts
from anshin.console.people.access import Actor, system_actor
from anshin.console.people.models import Organisation
from anshin.desk import evidence
from anshin.desk.steps import Playbook, playbook_for

DETECTION = "detection"
JOIN_WITHIN = timedelta(days=1)
"""So long after its newest detection an open case takes in the same file on the same device."""


class CaseNotYetError(LookupError):
    """The event came before the case it is about; the outbox tries again later."""


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """Where a detection has led. `new` is False when it joined a case, or had led there before."""

    id: UUID
    number: str
    new: bool


def open_from_detection(
    *, event_id: UUID, organisation: Organisation, detection_id: UUID | str, now: datetime | None = None
) -> OpenedCase:
    """Open a case for a detection of the active company, or add it to an open case about the same file.

    Called again for the same detection it changes nothing. A detection that was not stopped never joins a case about
    one that was: it would hide there.
    """
    now = now or timezone.now()
    source_id = UUID(str(detection_id))
    with transaction.atomic():
        counter = _locked_counter(organisation, now)
        known = CaseSource.objects.filter(kind=DETECTION, source_id=source_id).select_related("incident").first()
        if known is not None:
            return OpenedCase(known.incident.id, known.incident.number, new=False)
        facts = detection_facts(detection_id=source_id)
        playbook = playbook_for(outcome_at_first(facts))
        actor = system_actor(organisation, "Anshin")
        incident = _to_join(facts, playbook)
        new = incident is None
        if incident is None:
            incident = _open(organisation, counter, facts, playbook, now)
            prepare_mails(incident=incident, about=CaseMail.About.OPENED, now=now)
        else:
            incident.last_seen_at = max(incident.last_seen_at, facts.occurred_at)
            incident.save(update_fields=["last_seen_at"])
        CaseSource.objects.create(organisation=organisation, incident=incident, kind=DETECTION, source_id=source_id)
        sealed = _seal(incident, facts, now, actor)
        CaseNote.objects.create(
            id=uuid5(event_id, "note"),
            organisation=organisation,
            incident=incident,
            at=now,
            author_kind=actor.kind,
            author_name=actor.name,
            code="opened" if new else "joined",
            data={"device": facts.device_name, "file": facts.file_name},
        )
        record(
            actor=actor,
            action="case.opened" if new else "case.joined",
            object_kind="case",
            object_id=incident.id,
            data={"number": incident.number, "detection": str(source_id), "evidence_sha256": sealed.sha256},
        )
    return OpenedCase(incident.id, incident.number, new=new)


def note_restore(*, event_id: UUID, organisation: Organisation, detection_id: UUID | str, by: str, reason: str) -> None:
    """Note on the case that its file was put back from quarantine. Raises CaseNotYetError before the case is open."""
    known = CaseSource.objects.filter(kind=DETECTION, source_id=detection_id).select_related("incident").first()
    if known is None:
        raise CaseNotYetError(f"detection {detection_id} has no case yet")
    CaseNote.objects.get_or_create(
        id=uuid5(event_id, "note"),
        defaults={
            "organisation": organisation,
            "incident": known.incident,
            "at": timezone.now(),
            "author_kind": "system",
            "author_name": "Anshin",
            "code": "restored",
            "data": {"by": by.replace("\0", ""), "reason": reason.replace("\0", "")},
        },
    )


def outcome_at_first(facts: DetectionFacts) -> str:
    """Return what the agent reported. The detection itself may have been restored since."""
    kind = str(facts.document.get("kind", ""))
    return kind.removeprefix("detection.") if kind.startswith("detection.") else facts.outcome


def _locked_counter(organisation: Organisation, now: datetime) -> CaseCounter:
    year = timezone.localtime(now).year
    CaseCounter.objects.get_or_create(organisation=organisation, year=year)
    return CaseCounter.objects.select_for_update().get(organisation=organisation, year=year)


def _to_join(facts: DetectionFacts, playbook: Playbook) -> Incident | None:
    if not facts.sha256:
        return None
    around = (facts.occurred_at - JOIN_WITHIN, facts.occurred_at + JOIN_WITHIN)
    candidates = (
        Incident.objects.select_for_update(no_key=True)
        .filter(device_id=facts.device_id, sha256=facts.sha256, last_seen_at__range=around)
        .exclude(state=Incident.State.CLOSED)
        .order_by("-opened_at")
    )
    return next((case for case in candidates if playbook.urgency != "urgent" or case.urgency == "urgent"), None)


def _open(
    organisation: Organisation, counter: CaseCounter, facts: DetectionFacts, playbook: Playbook, now: datetime
) -> Incident:
    counter.last += 1
    counter.save(update_fields=["last"])
    incident = Incident.objects.create(
        organisation=organisation,
        number=f"{counter.year}-{counter.last:04}",
        playbook=playbook.id,
        playbook_version=playbook.version,
        title_ja=playbook.title.ja,
        title_en=playbook.title.en,
        stopped_ja=playbook.stopped.ja,
        stopped_en=playbook.stopped.en,
        urgency=playbook.urgency,
        device_id=facts.device_id,
        device_name=facts.device_name,
        file_name=facts.file_name,
        sha256=facts.sha256,
        occurred_at=facts.occurred_at,
        last_seen_at=facts.occurred_at,
        opened_at=now,
    )
    CaseStep.objects.bulk_create(
        CaseStep(
            organisation=organisation,
            incident=incident,
            position=position,
            code=step.code,
            document=step.model_dump(mode="json"),
        )
        for position, step in enumerate(playbook.steps, start=1)
    )
    return incident


def _seal(incident: Incident, facts: DetectionFacts, now: datetime, actor: Actor) -> Evidence:
    tools = {"agent": facts.agent_version, "engine": facts.engine_version, "rules": facts.rules_version}
    collector = f"Anshin agent {facts.agent_version}"
    content: dict[str, Any] = {
        "schema": "anshin.evidence/1",
        "kind": "agent.detection",
        "organisation": str(incident.organisation_id),
        "case": incident.number,
        "device": {"id": str(facts.device_id), "name": facts.device_name, "public_key": facts.device_public_key},
        "collector": collector,
        "tools": tools,
        "collected_at": facts.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "sealed_at": now.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": facts.document,
    }
    sealed = evidence.seal(content)
    piece = Evidence.objects.create(
        organisation=incident.organisation,
        incident=incident,
        kind="agent.detection",
        content=sealed.canonical.decode(),
        sha256=sealed.sha256,
        size=sealed.size,
        collected_at=facts.occurred_at,
        sealed_at=now,
        collector=collector,
        tools=tools,
    )
    device = Actor("device", str(facts.device_id), facts.device_name, incident.organisation)
    append_custody(incident=incident, piece=piece, action="collect", actor=device, at=facts.occurred_at)
    append_custody(incident=incident, piece=piece, action="seal", actor=actor, at=now)
    return piece
