"""Results are calculated in the background: asked for here, claimed by one worker, repeated when it is killed.

The calculation takes about two seconds of one core; a page never waits for it. A row is the work and its result at
once, so that doing it twice changes nothing: the same answers, facts, seed and data give the same document.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.diagnosis.models import Calculation, Diagnosis, PortfolioRun, Questionnaire, Trial
from anshin.console.diagnosis.operations.facts import measured_facts
from anshin.console.people.access import Actor, system_actor
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission
from anshin.risk.document import LossResult
from anshin.risk.questionnaire.answers import VALID_DAYS

log = logging.getLogger("anshin.diagnosis")

Work = Diagnosis | Trial | PortfolioRun
STALE = timedelta(minutes=5)
"""A calculation that has been running for so long belonged to a worker that was killed."""
MAX_ATTEMPTS = 3
KEPT_TRIALS = 50
MONTH = timedelta(days=28)
"""After so long without a result a new one is calculated, so that the trend has a point every month."""
PAUSE = timedelta(days=1)
"""Results that nobody asked for come at most this often."""
GIVEN_UP = (
    "計算を3回試みましたが、終わりませんでした。回答は残っています。もう一度お試しください。",
    "The calculation was tried three times and did not end. The answers are kept. Please try again.",
)
NOBODY = (
    "診断の結果がある会社が、まだありません。",
    "No customer has the result of a diagnosis yet.",
)
BROKEN = (
    "計算の途中で問題が起きました。回答は残っています。もう一度お試しになり、続くときは窓口にお知らせください。",
    "Something went wrong while calculating. The answers are kept. Try again, and tell the desk if it happens again.",
)


def request_diagnosis(
    *,
    actor: Actor,
    questionnaire: Questionnaire,
    trigger: Diagnosis.Trigger,
    facts: list[dict[str, Any]] | None = None,
    now: datetime | None = None,
) -> Diagnosis:
    """Ask for a result from `questionnaire` and the facts of now. What waits already for the same is returned."""
    actor.require(Permission.DIAGNOSIS_WORK)
    now = now or timezone.now()
    facts = measured_facts(questionnaire.answers, now=now) if facts is None else facts
    with transaction.atomic():
        waiting = Diagnosis.objects.filter(questionnaire=questionnaire, state=Calculation.State.WAITING).first()
        if waiting is not None and waiting.facts == facts:
            return waiting
        found = Diagnosis.objects.create(
            organisation=actor.organisation,
            questionnaire=questionnaire,
            trigger=trigger,
            facts=facts,
            as_of=timezone.localdate(now),
            requested_at=now,
            requested_by_name=actor.name[:200],
        )
        _wake()
    return found


def request_trial(
    *, actor: Actor, diagnosis: Diagnosis, budget: int | None = None, controls: Sequence[str] = ()
) -> Trial:
    """Ask what `controls` would change, or which are best for `budget` yen a year."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    with transaction.atomic():
        same = Trial.objects.filter(diagnosis=diagnosis, budget=budget, controls=sorted(controls))
        known = same.exclude(state=Calculation.State.FAILED).first()
        if known is not None:
            return known
        found = Trial.objects.create(
            organisation=actor.organisation,
            diagnosis=diagnosis,
            budget=budget,
            controls=sorted(controls),
            requested_at=timezone.now(),
            requested_by_name=actor.name[:200],
        )
        old = Trial.objects.order_by("-requested_at").values_list("id", flat=True)[KEPT_TRIALS:]
        Trial.objects.filter(id__in=list(old)).delete()
        _wake()
    return found


def request_portfolio(*, actor: Actor) -> PortfolioRun:
    """Ask for a run over all customers of the actor's provider; what waits already is returned."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    with transaction.atomic():
        waiting = PortfolioRun.objects.filter(state=Calculation.State.WAITING).first()
        if waiting is not None:
            return waiting
        found = PortfolioRun.objects.create(
            organisation=actor.organisation, requested_at=timezone.now(), requested_by_name=actor.name[:200]
        )
        _wake()
    return found


def _wake() -> None:
    from anshin.console.diagnosis.jobs import calculate

    calculate.enqueue()  # in the same transaction: no work without a wake-up call


def calculate_waiting(*, now: datetime | None = None) -> int:
    """Calculate whatever waits, oldest first, and what a killed worker left; return how many came to an end."""
    done = 0
    kinds: tuple[type[Diagnosis | Trial | PortfolioRun], ...] = (Diagnosis, Trial, PortfolioRun)
    for kind in kinds:
        with scopes_disabled():  # the worker serves every company; each is then calculated in its own scope
            waiting = list(_due(kind, now or timezone.now()).order_by("requested_at").values_list("id", flat=True))
        for row_id in waiting:
            done += _calculate(kind, row_id, now)
    return done


def _due(kind: type[Diagnosis] | type[Trial] | type[PortfolioRun], now: datetime) -> models.QuerySet[Any]:
    left = models.Q(state=Calculation.State.RUNNING, started_at__lt=now - STALE)
    found: models.QuerySet[Any] = kind.objects.filter(models.Q(state=Calculation.State.WAITING) | left)
    return found


def _calculate(kind: type[Diagnosis] | type[Trial] | type[PortfolioRun], row_id: UUID, given: datetime | None) -> int:
    now = given or timezone.now()
    with scopes_disabled():  # the row says which company it is
        with transaction.atomic():
            row = _due(kind, now).select_for_update(skip_locked=True).filter(id=row_id).first()
            if row is None:
                return 0
            if row.attempts >= MAX_ATTEMPTS:
                return _end(row, now, error=GIVEN_UP)
            row.state, row.started_at, row.attempts = Calculation.State.RUNNING, now, row.attempts + 1
            row.save(update_fields=["state", "started_at", "attempts"])
        organisation = Organisation.objects.get(id=row.organisation_id)
    with scope(organisation=organisation):
        try:
            return _run(row, given or timezone.now())
        except Exception as error:
            from anshin.risk.errors import RiskError

            log.exception("a calculation failed")
            said = (error.ja, error.en) if isinstance(error, RiskError) else BROKEN
            return _end(row, timezone.now(), error=said)


def _run(row: Work, now: datetime) -> int:
    # late: the numerics take seconds to load, and only the worker needs them
    from anshin.console.diagnosis import simulation

    if isinstance(row, Trial):
        plan = simulation.trial(row)
        row.plan = plan.model_dump(mode="json")
        return _end(row, now, fields=["plan"])
    if isinstance(row, PortfolioRun):
        from anshin.console.diagnosis import accumulation

        row.figures = accumulation.figures(row.organisation)
        return _end(row, now, fields=["figures"], error=None if row.figures else NOBODY)
    result = simulation.diagnosis(row)
    bad = next((cover.bad_year for cover in result.covers), None)
    row.result, row.schema_version = result.model_dump(mode="json"), result.schema_version
    row.data_version, row.data_hash, row.seed = result.basis.data_version, result.basis.data_hash, result.basis.seed
    row.mean, row.one_in_10 = result.total.mean.value, result.total.one_in_10.value
    row.one_in_100 = result.total.one_in_100.value
    row.first = _first(result)
    row.covered, row.bad_year = (bad.paid, bad.total) if bad else (None, None)
    with transaction.atomic():
        earlier = Diagnosis.objects.filter(state=Calculation.State.DONE, requested_at__lte=row.requested_at)
        row.supersedes = earlier.exclude(id=row.id).order_by("-requested_at").first()
        fields = ["result", "schema_version", "data_version", "data_hash", "seed", "mean", "one_in_10", "one_in_100"]
        ended = _end(row, now, fields=[*fields, "covered", "bad_year", "first", "supersedes"])
        if ended:
            record(
                actor=system_actor(row.organisation, "diagnosis"),
                action="diagnosis.calculated",
                object_kind="diagnosis",
                object_id=row.id,
                data={"ten": f"{row.one_in_10:,}", "trigger": str(row.trigger)},
            )
    return ended


def _first(result: LossResult) -> dict[str, Any] | None:
    """Return the first action of the report, for the home page."""
    from anshin.risk.report import build

    for action in build(result, "ja").actions[:1]:
        control = next(one for one in result.controls if one.id == action.control)
        return {
            "id": control.id,
            **control.title.model_dump(),
            "saves": control.could_save,
            "cost": control.cost,
        }
    return None


def _end(row: Work, now: datetime, *, fields: Sequence[str] = (), error: tuple[str, str] | None = None) -> int:
    """Write the end, unless another worker did so first."""
    row.state = Calculation.State.FAILED if error else Calculation.State.DONE
    row.error_ja, row.error_en = error or ("", "")
    row.finished_at = now
    values = {name: getattr(row, name) for name in ("state", "error_ja", "error_en", "finished_at", *fields)}
    ends = [Calculation.State.DONE, Calculation.State.FAILED]
    return int(type(row).objects.filter(id=row.id).exclude(state__in=ends).update(**values))


def keep_current(*, now: datetime | None = None) -> int:
    """Ask for a new result wherever facts or data changed or a month has passed; return for how many companies."""
    from anshin.risk.data import data_hash

    now, asked, current = now or timezone.now(), 0, data_hash()
    with scopes_disabled():  # every company that ever answered, one after the other
        companies = list(Organisation.objects.filter(questionnaire__isnull=False).distinct())
    for company in companies:
        with scope(organisation=company):
            asked += _refresh(company, current, now)
    return asked


def _refresh(company: Organisation, current: str, now: datetime) -> int:
    answers = Questionnaire.objects.first()
    last = Diagnosis.objects.order_by("-requested_at").first()
    if answers is None or last is None or now - last.requested_at < PAUSE:
        return 0
    if (timezone.localdate(now) - answers.answered_on).days > VALID_DAYS:
        return 0  # too old to say how the company is; the page asks for new ones
    facts = measured_facts(answers.answers, now=now)
    if _values(facts) != _values(last.facts):
        trigger = Diagnosis.Trigger.FACTS
    elif last.data_hash and last.data_hash != current:
        trigger = Diagnosis.Trigger.DATA
    elif now - last.requested_at >= MONTH:
        trigger = Diagnosis.Trigger.MONTH
    else:
        return 0
    actor = system_actor(company, "diagnosis")
    request_diagnosis(actor=actor, questionnaire=answers, trigger=trigger, facts=facts, now=now)
    return 1


def _values(facts: list[dict[str, Any]]) -> dict[str, Any]:
    return {fact["fact"]: fact["value"] for fact in facts}
