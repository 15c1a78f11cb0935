"""The diagnosis by API key: the newest result, the history, one result in full, and new answers."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django_scopes import scope
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.access import diagnosis_for, newest_for, results_for
from anshin.console.diagnosis.models import Diagnosis
from anshin.console.people.key_auth import ApiKeyAuth, actor_of
from anshin.console.people.roles import Permission
from anshin.console.web.problems import ApiProblem
from anshin.risk.questionnaire.answers import AnswersError
from anshin.wire.documents import Problem

router = Router(auth=ApiKeyAuth())

Limit = Annotated[int, Query(ge=1, le=200, description="How many to return.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many to leave out first.")]
REFUSALS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


class DiagnosisLine(Schema):
    """One finished result in short. Amounts are whole yen a year."""

    id: UUID
    as_of: date
    trigger: str
    finished_at: datetime | None
    data_version: str
    data_hash: str
    seed: int | None
    mean: int | None
    one_in_10: int | None
    one_in_100: int | None
    supersedes: UUID | None

    @staticmethod
    def of(row: Diagnosis) -> "DiagnosisLine":
        """Return the line of one row."""
        names = set(DiagnosisLine.model_fields) - {"supersedes"}
        return DiagnosisLine(**{name: getattr(row, name) for name in names}, supersedes=row.supersedes_id)


class DiagnosisPage(Schema):
    """Finished results, newest first."""

    items: list[DiagnosisLine]
    total: int


class DiagnosisDocument(Schema):
    """One diagnosis. `state`: none, waiting, running, done or failed; `result` is the LossResult of `anshin risk`."""

    id: UUID | None = None
    state: str
    as_of: date | None = None
    error_ja: str = ""
    error_en: str = ""
    result: dict[str, Any] | None = None

    @staticmethod
    def of(row: Diagnosis) -> "DiagnosisDocument":
        """Return the document of one row."""
        return DiagnosisDocument(
            id=row.id, state=row.state, as_of=row.as_of, error_ja=row.error_ja, error_en=row.error_en, result=row.result
        )


class AnswersRequest(Schema):
    """All answers, as in an answers file of `anshin risk diagnose`. The measured facts are added by the console."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(max_length=100)


class AnswersTaken(Schema):
    """The new version of the answers, and the diagnosis that is being calculated from it."""

    version: int
    diagnosis_id: UUID


@router.get("/diagnosis", response={200: DiagnosisDocument, **REFUSALS})
def get_newest_diagnosis(request: HttpRequest) -> DiagnosisDocument:
    """Return the newest finished result in full; without one, how its calculation stands, or the state "none"."""
    actor = actor_of(request, Permission.DIAGNOSIS_VIEW)
    with scope(organisation=actor.organisation):
        row = results_for(actor).first() or newest_for(actor)
        return DiagnosisDocument(state="none") if row is None else DiagnosisDocument.of(row)


@router.get("/diagnoses", response={200: DiagnosisPage, **REFUSALS})
def list_diagnoses(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> DiagnosisPage:
    """List the finished results, newest first."""
    actor = actor_of(request, Permission.DIAGNOSIS_VIEW)
    with scope(organisation=actor.organisation):
        rows = results_for(actor)
        return DiagnosisPage(items=[DiagnosisLine.of(r) for r in rows[offset : offset + limit]], total=rows.count())


@router.get("/diagnoses/{uuid:diagnosis_id}", response={200: DiagnosisDocument, **REFUSALS})
def get_diagnosis(request: HttpRequest, diagnosis_id: UUID) -> DiagnosisDocument:
    """Return one diagnosis in full, or how its calculation stands."""
    actor = actor_of(request, Permission.DIAGNOSIS_VIEW)
    with scope(organisation=actor.organisation):
        return DiagnosisDocument.of(diagnosis_for(actor, diagnosis_id))


@router.post("/diagnosis/answers", response={202: AnswersTaken, **REFUSALS})
def put_answers(request: HttpRequest, asked: AnswersRequest) -> Status[AnswersTaken]:
    """Store all answers as a new version and calculate. Needs a key that may write; every fault is named at once."""
    actor = actor_of(request, Permission.DIAGNOSIS_WORK)
    with scope(organisation=actor.organisation):
        try:
            done = operations.finish_document(actor=actor, answers=asked.answers)
        except AnswersError as error:
            raise ApiProblem(422, "answers_refused", error.ja, error.en, field=error.problems[0].where) from error
        return Status(202, AnswersTaken(version=done.questionnaire.version, diagnosis_id=done.diagnosis.id))
