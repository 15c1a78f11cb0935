"""The questions: one on each screen, all of them on one page, and the finish."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.forms import ask, ask_again, read
from anshin.console.diagnosis.wording import answer_text, fact_text, mended, question_of
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.risk.questionnaire.answers import AnswersError
from anshin.risk.questionnaire.questions import UNKNOWN, Question, fact_kinds, questionnaire

UNUSABLE = 422
"""Status of a page that comes back with what was typed and what is wrong with it."""


def _language() -> str:
    return get_language() or "ja"


@company_page(Permission.DIAGNOSIS_WORK)
def question(request: HttpRequest, actor: Actor, question_id: str) -> HttpResponse:
    """Ask one question; what is typed is kept at once, and whoever leaves goes on from here later."""
    ids = [one.id for one in questionnaire().questions]
    if question_id not in ids:
        raise Http404("no such question")
    asked, draft, language = questionnaire().by_id()[question_id], operations.draft_of(), _language()
    if request.method != "POST":
        facts = operations.measured_facts(draft)
        given = draft.get(question_id, _suggested(asked, facts))
        return _screen(request, ask(asked, given, language), draft, facts)
    empty = not any(value.strip() for value in request.POST.getlist("value")) and "mark" not in request.POST
    if not ("back" in request.POST and empty):
        value, errors = read(asked, request.POST, timezone.localdate(), language)
        if errors:
            again = ask_again(asked, request.POST, language, errors)
            return _screen(request, again, draft, operations.measured_facts(draft), status=UNUSABLE)
        operations.answer(actor=actor, values={question_id: value})
    place = ids.index(question_id) + (-1 if "back" in request.POST else 1)
    if "review" in request.POST or not 0 <= place < len(ids):
        return redirect("diagnosis_questions", actor.organisation.id)
    return redirect("diagnosis_question", actor.organisation.id, ids[place])


def _screen(
    request: HttpRequest,
    asked: Any,
    draft: dict[str, Any],
    facts: list[dict[str, Any]],
    *,
    status: int = 200,
) -> HttpResponse:
    ids, language = [one.id for one in questionnaire().questions], _language()
    number = ids.index(asked.question.id) + 1
    context = {
        "asked": asked,
        "number": number,
        "total": len(ids),
        "answered": len(draft),
        "first": number == 1,
        "later": ids[number] if number < len(ids) else "",
        "complete": len(draft) == len(ids),
        "hints": [fact_text(f, language) for f in facts if fact_kinds()[f["fact"]].question == asked.question.id],
        "minutes": questionnaire().minutes,
    }
    return render(request, "diagnosis/question.html", context, status=status)


def _suggested(asked: Question, facts: list[dict[str, Any]]) -> Any:
    """Return what a measurement suggests as the answer; the person decides."""
    for fact in facts:
        kind = fact_kinds()[fact["fact"]]
        if kind.question != asked.id:
            continue
        if kind.kind == "number":
            return fact["value"]
        if kind.kind == "share" and asked.kind == "yes_no_partly":
            return "yes" if fact["value"] >= 1 else "partly" if fact["value"] > 0 else "no"
    return None


@company_page(Permission.DIAGNOSIS_WORK)
def overview(request: HttpRequest, _actor: Actor) -> HttpResponse:
    """Show all answers on one page, and let them be finished."""
    return _overview(request, [])


def _overview(request: HttpRequest, problems: list[tuple[str, Question | None]], *, status: int = 200) -> HttpResponse:
    draft, language = operations.draft_of(), _language()
    facts = operations.measured_facts(draft)
    by_question: dict[str, list[str]] = {}
    for fact in facts:
        by_question.setdefault(fact_kinds()[fact["fact"]].question, []).append(fact_text(fact, language))
    rows = [
        {
            "question": one,
            "title": one.title.text(language),
            "given": one.id in draft,
            "answer": answer_text(one, draft[one.id], language) if one.id in draft else "",
            "evidence": _evidence(one, draft, facts),
            "facts": by_question.get(one.id, []),
        }
        for one in questionnaire().questions
    ]
    missing = [row["question"] for row in rows if not row["given"]]
    context = {
        "rows": rows,
        "missing": missing,
        "answered": len(rows) - len(missing),
        "total": len(rows),
        "problems": problems,
        "minutes": questionnaire().minutes,
    }
    return render(request, "diagnosis/questions.html", context, status=status)


def _evidence(asked: Question, draft: dict[str, Any], facts: list[dict[str, Any]]) -> str:
    """Return on what an answer rests, as `anshin.risk` counts it: a measured number only answers what nobody knew."""
    if asked.id not in draft:
        return ""
    unknown = draft[asked.id] == UNKNOWN
    kinds = [fact_kinds()[f["fact"]].kind for f in facts if fact_kinds()[f["fact"]].question == asked.id]
    if any(unknown or kind != "number" for kind in kinds):
        return "measured"
    return "assumed" if unknown else "answered"


@company_page(Permission.DIAGNOSIS_WORK)
@require_POST
def finish(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make the answers a version and calculate; or say everything that is wrong, and keep all answers."""
    try:
        done = operations.finish(actor=actor)
    except AnswersError as error:
        found = [(mended(p, question_of(p), _language()), question_of(p)) for p in error.problems]
        return _overview(request, found, status=UNUSABLE)
    return redirect("diagnosis_result", actor.organisation.id, done.diagnosis.id)
