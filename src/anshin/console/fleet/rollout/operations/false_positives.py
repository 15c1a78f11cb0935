"""A customer's word that a detection is no malware: an allow entry at once, and a decision of the provider later."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Detection, HashListEntry
from anshin.console.fleet.operations.protection import change_list, remove_from_list
from anshin.console.fleet.rollout.models import FalsePositiveReport
from anshin.console.fleet.rollout.operations.counting import models_of
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission

MIN_REASON = 5
State = FalsePositiveReport.State


class ReportRefused(Exception):  # noqa: N818 - reads as what it says
    """It cannot be reported or decided. `code` is no_hash, denied, declined, decided or reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def report_of(detection: Detection) -> FalsePositiveReport | None:
    """Return the report about a detection's file in its company, if there is one."""
    return FalsePositiveReport.objects.filter(sha256=detection.sha256).first() if detection.sha256 else None


def report_false_positive(
    *, actor: Actor, detection: Detection, note: str, now: datetime | None = None
) -> FalsePositiveReport:
    """Allow the file on all devices of the company at once, and ask the provider. Twice is once.

    Raises ReportRefused, and ListFull when the company's lists are full.
    """
    actor.require(Permission.DETECTION_HANDLE)
    note = note.strip()
    if len(note) < MIN_REASON:
        raise ReportRefused("reason")
    if not detection.sha256:
        raise ReportRefused("no_hash")
    with transaction.atomic():
        Detection.objects.select_for_update(of=("self",)).get(pk=detection.pk)  # two clicks are one report
        known = report_of(detection)
        if known is not None and known.state != State.DECLINED:
            return known
        if known is not None:
            raise ReportRefused("declined")
        if HashListEntry.objects.filter(sha256=detection.sha256, list=HashListEntry.List.DENY).exists():
            raise ReportRefused("denied")
        entry = change_list(actor=actor, which=HashListEntry.List.ALLOW, sha256=detection.sha256, reason=note)
        verdict = detection.verdict
        report = FalsePositiveReport.objects.create(
            organisation=actor.organisation,
            detection=detection,
            sha256=detection.sha256,
            family=",".join(sorted(models_of(verdict)))[:40] or str(verdict["type"]["kind"])[:40],
            kind=str(verdict["type"]["kind"])[:40],
            size=int(verdict["size"]),
            score=float(verdict["score"]),
            model=str(verdict["versions"].get("model", "none")),
            engine=str(verdict["versions"]["engine"])[:255],
            rules=str(verdict["versions"]["rules"])[:255],
            features=[{"code": r["code"], "weight": r["weight"]} for r in verdict.get("reasons", [])],
            note=note,
            entry_id=entry.id,
            reported_by_name=actor.name[:200],
            reported_at=now or timezone.now(),
        )
        data = {"sha256": report.sha256, "reason": note, "entry": str(entry.id)}
        record(
            actor=actor, action="false_positive.reported", object_kind="detection", object_id=detection.pk, data=data
        )
    return report


def decide(
    *, actor: Actor, report: FalsePositiveReport, accept: bool, reason: str, now: datetime | None = None
) -> FalsePositiveReport:
    """Agree that a file is no malware, or not: then it leaves the company's allow list again. Raises ReportRefused.

    The caller found the report by access; the decision stands in the company's log.
    """
    actor.require(Permission.MODEL_REVIEW)
    reason = reason.strip()
    if len(reason) < MIN_REASON:
        raise ReportRefused("reason")
    there = replace(actor, organisation=report.organisation, as_provider=True)
    with scope(organisation=report.organisation), transaction.atomic():
        locked = FalsePositiveReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if locked.state != State.OPEN:
            raise ReportRefused("decided")
        locked.state = State.ACCEPTED if accept else State.DECLINED
        locked.decision, locked.decided_by_name, locked.decided_at = reason, actor.name[:200], now or timezone.now()
        locked.save(update_fields=["state", "decision", "decided_by_name", "decided_at"])
        if not accept:
            # another entry, which somebody made later for reasons of their own, stays
            for entry in HashListEntry.objects.filter(sha256=locked.sha256, list=HashListEntry.List.ALLOW):
                if entry.id == locked.entry_id:
                    remove_from_list(actor=there, entry_id=entry.id, reason=reason)
        record(
            actor=there,
            action="false_positive.accepted" if accept else "false_positive.declined",
            object_kind="detection",
            object_id=locked.detection_id,
            data={"sha256": locked.sha256, "reason": reason},
        )
    return locked
