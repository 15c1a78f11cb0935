"""Answers: kept one by one while they are given, finished all at once, each finish a version of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.diagnosis.models import Diagnosis, Draft, Questionnaire
from anshin.console.diagnosis.operations.calculating import request_diagnosis
from anshin.console.diagnosis.operations.facts import measured_facts
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.risk.questionnaire.answers import SCHEMA_VERSION, check_answers
from anshin.risk.questionnaire.questions import UNKNOWN, questionnaire


@dataclass(frozen=True, slots=True)
class Finished:
    """A new version of the answers and the result that is being calculated from it."""

    questionnaire: Questionnaire
    diagnosis: Diagnosis


def draft_of() -> dict[str, Any]:
    """Return the answers given so far in the active company."""
    draft = Draft.objects.first()
    known = questionnaire().by_id()
    # a question that a newer version no longer asks is left out, so that an old draft can be finished
    return {key: value for key, value in (draft.answers if draft else {}).items() if key in known}


def answer(*, actor: Actor, values: Mapping[str, Any], now: datetime | None = None) -> None:
    """Keep checked answers by question. Not in the log one by one: finishing them is."""
    actor.require(Permission.DIAGNOSIS_WORK)
    now = now or timezone.now()
    with transaction.atomic():
        draft, _new = Draft.objects.select_for_update().get_or_create(
            organisation=actor.organisation, defaults={"updated_at": now, "updated_by_name": actor.name[:200]}
        )
        draft.answers = {**draft.answers, **values}
        draft.updated_at, draft.updated_by_name = now, actor.name[:200]
        draft.save()


def document_of(
    answers: Mapping[str, Any], *, company: str, answered_on: date, facts: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what `anshin.risk` reads."""
    return {
        "schema_version": SCHEMA_VERSION,
        "company": company,
        "answered_on": answered_on.isoformat(),
        "answers": dict(answers),
        "facts": facts,
    }


def _plain(value: Any) -> Any:
    # a file may say true for yes; what is stored, and shown later, is the word
    if isinstance(value, bool):
        return "yes" if value else "no"
    return UNKNOWN if value in ("わからない", "分からない") else value


def finish(*, actor: Actor, now: datetime | None = None) -> Finished:
    """Make the draft a version of the answers and ask for its result. Raises AnswersError with all that is wrong."""
    return finish_document(actor=actor, answers=draft_of(), now=now)


def finish_document(*, actor: Actor, answers: Mapping[str, Any], now: datetime | None = None) -> Finished:
    """Store `answers`, all of them, as a new version and ask for its result. Raises AnswersError."""
    actor.require(Permission.DIAGNOSIS_WORK)
    now = now or timezone.now()
    today = timezone.localdate(now)
    answers = {key: _plain(value) for key, value in answers.items()}
    raw = document_of(
        answers, company=actor.organisation.name, answered_on=today, facts=measured_facts(answers, now=now)
    )
    check_answers(raw, today=today)
    with transaction.atomic():
        Draft.objects.update_or_create(
            organisation=actor.organisation,
            defaults={"answers": dict(answers), "updated_at": now, "updated_by_name": actor.name[:200]},
        )
        # the draft's row is the lock: two people who finish at once get two versions
        Draft.objects.select_for_update().get(organisation=actor.organisation)
        last = Questionnaire.objects.aggregate(last=Max("version"))["last"] or 0
        stored = Questionnaire.objects.create(
            organisation=actor.organisation,
            version=last + 1,
            questions_version=questionnaire().version,
            answers=dict(answers),
            answered_on=today,
            finished_at=now,
            finished_by_name=actor.name[:200],
        )
        record(
            actor=actor,
            action="diagnosis.answered",
            object_kind="questionnaire",
            object_id=stored.id,
            data={"version": stored.version},
        )
        diagnosis = request_diagnosis(
            actor=actor, questionnaire=stored, trigger=Diagnosis.Trigger.ANSWERS, facts=raw["facts"], now=now
        )
    return Finished(stored, diagnosis)
