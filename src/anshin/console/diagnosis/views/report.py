"""The report of the newest or of an earlier result, what may be tried on it, and its tables as CSV."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.access import diagnosis_for, finished_for, newest_for, results_for, trial_for
from anshin.console.diagnosis.forms import read_budget
from anshin.console.diagnosis.models import Calculation, Diagnosis, Questionnaire, Trial
from anshin.console.diagnosis.paper.render import PaperError, customer_paper, firm_paper
from anshin.console.diagnosis.report_page import named, read_result, report_of, too_old, trend_of
from anshin.console.diagnosis.tables import TABLES
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.live import answer_part, render_part
from anshin.console.web.tables import csv_response
from anshin.risk.document import Plan
from anshin.risk.questionnaire.answers import VALID_DAYS
from anshin.risk.questionnaire.questions import questionnaire
from anshin.risk.report import build_for_customers
from anshin.risk.report.amounts import exact
from anshin.risk.text import Language

log = logging.getLogger("anshin.diagnosis")
UNUSABLE = 422
"""Status of a page that comes back with what was typed and what is wrong with it."""
HISTORY = 24


def _language() -> Language:
    return "en" if get_language() == "en" else "ja"


@company_page(Permission.DIAGNOSIS_VIEW)
def diagnosis(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the newest finished report; without one, where the questions stand."""
    found = results_for(actor).select_related("questionnaire").first()
    if found is not None:
        return _report(request, actor, found)
    newest = newest_for(actor)
    if newest is not None:
        return redirect("diagnosis_result", actor.organisation.id, newest.id)
    draft, ids = operations.draft_of(), [one.id for one in questionnaire().questions]
    missing = [key for key in ids if key not in draft]
    context = {
        "answered": len(ids) - len(missing),
        "total": len(ids),
        "next": missing[0] if missing else "",
        "minutes": questionnaire().minutes,
        "may_work": actor.may(Permission.DIAGNOSIS_WORK),
    }
    return render(request, "diagnosis/start.html", context)


@company_page(Permission.DIAGNOSIS_VIEW)
def result(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Show one result; while it is calculated, that it is, and when it failed, why and what to do."""
    found = diagnosis_for(actor, diagnosis_id)
    if found.state == Calculation.State.DONE:
        return _report(request, actor, found)
    context = _wait_context(actor, found)
    context["part"] = render_part(request, "diagnosis/parts/wait.html", context)
    return render(request, "diagnosis/waiting.html", context)


@company_page(Permission.DIAGNOSIS_VIEW)
def wait(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Say how a calculation stands; once it is done, lead to its report."""
    found = diagnosis_for(actor, diagnosis_id)
    there = reverse("diagnosis_result", args=[actor.organisation.id, found.id])
    if not request.htmx or found.state == Calculation.State.DONE:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)  # type: ignore[attr-defined]
    return answer_part(request, "diagnosis/parts/wait.html", _wait_context(actor, found))


def _wait_context(actor: Actor, found: Diagnosis | Trial) -> dict[str, Any]:
    row = found if isinstance(found, Diagnosis) else found.diagnosis
    ja = _language() == "ja"
    return {
        "found": found,
        "error": found.error_ja if ja else found.error_en,
        "may_work": actor.may(Permission.DIAGNOSIS_WORK),
        "live_path": reverse("diagnosis_wait", args=[actor.organisation.id, row.id])
        if isinstance(found, Diagnosis)
        else reverse("diagnosis_trial", args=[actor.organisation.id, found.id]),
        "page_path": reverse("diagnosis_result", args=[actor.organisation.id, row.id])
        if isinstance(found, Diagnosis)
        else reverse("diagnosis_trial", args=[actor.organisation.id, found.id]),
    }


def _report(
    request: HttpRequest, actor: Actor, found: Diagnosis, *, status: int = 200, **extra: object
) -> HttpResponse:
    read, language = read_result(found), _language()
    rows = list(results_for(actor)[:HISTORY])
    answers, newest = Questionnaire.objects.first(), newest_for(actor)
    shared = {
        "found": found,
        "newest": rows[0] if rows else found,
        "under_way": newest if newest is not None and newest.open else None,
        "failed": newest if newest is not None and newest.state == Calculation.State.FAILED else None,
        "trend": trend_of(rows, language),
        "may_work": actor.may(Permission.DIAGNOSIS_WORK),
        "answers_too_old": answers is not None and too_old(answers.answered_on, timezone.localdate(), VALID_DAYS),
        **extra,
    }
    if read is None:
        return render(request, "diagnosis/unreadable.html", shared, status=status)
    shown = report_of(named(read, actor.organisation, language), language)
    return render(request, "diagnosis/report.html", {**shown, **shared}, status=status)


@company_page(Permission.DIAGNOSIS_WORK)
@require_POST
def recalculate(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Calculate again from the newest answers and the facts of now."""
    answers = Questionnaire.objects.first()
    if answers is None or too_old(answers.answered_on, timezone.localdate(), VALID_DAYS):
        messages.warning(request, _("Go through the questions first; the result is calculated from your answers."))
        return redirect("diagnosis_questions", actor.organisation.id)
    asked = operations.request_diagnosis(actor=actor, questionnaire=answers, trigger=Diagnosis.Trigger.PERSON)
    return redirect("diagnosis_result", actor.organisation.id, asked.id)


@company_page(Permission.DIAGNOSIS_VIEW)
def customer(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Show the version for customers: what is in place, no weakness, no loss."""
    found, language = finished_for(actor, diagnosis_id), _language()
    read = read_result(found)
    if read is None:
        return _report(request, actor, found)
    shown = build_for_customers(named(read, actor.organisation, language), language)
    return render(request, "diagnosis/customer.html", {"report": shown, "found": found})


@company_page(Permission.DIAGNOSIS_VIEW)
def paper(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Send the report as a PDF: two pages for the president, or with `kind=customer` the page for customers."""
    found, language = finished_for(actor, diagnosis_id), _language()
    read = read_result(found)
    if read is None:
        return _report(request, actor, found)
    read = named(read, actor.organisation, language)
    for_customers = request.GET.get("kind") == "customer"
    try:
        if for_customers:
            made = customer_paper(build_for_customers(read, language), read)
        else:
            made = firm_paper(read, language)
    except PaperError:
        log.exception("a paper could not be set")
        messages.error(
            request, _("The paper could not be made. The report itself is all there. Try again in a minute.")
        )
        return redirect("diagnosis_result", actor.organisation.id, found.id)
    kind = "customers" if for_customers else "diagnosis"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="anshin-{kind}-{found.as_of}-{language}.pdf"'},
    )


@company_page(Permission.DIAGNOSIS_VIEW)
def table(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Send one table of the report as CSV; `name` says which."""
    found, wanted = finished_for(actor, diagnosis_id), request.GET.get("name", "scenarios")
    read = read_result(found)
    if read is None or wanted not in TABLES:
        raise Http404("no such table")
    header, rows = TABLES[wanted](read, _language())
    return csv_response(f"diagnosis-{wanted}-{found.as_of}", header, rows)


@company_page(Permission.DIAGNOSIS_VIEW)
@require_POST
def try_out(request: HttpRequest, actor: Actor, diagnosis_id: UUID) -> HttpResponse:
    """Ask what the ticked controls would change, or which are best for a budget."""
    found = finished_for(actor, diagnosis_id)
    read = read_result(found)
    if read is None:
        return _report(request, actor, found)
    if "budget" in request.POST:
        budget, error = read_budget(request.POST)
        if error:
            typed = request.POST["budget"][:40]
            return _report(request, actor, found, status=UNUSABLE, budget_error=error, budget_typed=typed)
        asked = operations.request_trial(actor=actor, diagnosis=found, budget=budget)
    else:
        known = {control.id for control in read.controls}
        chosen = [key for key in request.POST.getlist("control") if key in known]
        if not chosen:
            error = _("Tick at least one control.")
            return _report(request, actor, found, status=UNUSABLE, try_error=error)
        asked = operations.request_trial(actor=actor, diagnosis=found, controls=chosen)
    return redirect("diagnosis_trial", actor.organisation.id, asked.id)


@company_page(Permission.DIAGNOSIS_VIEW)
def trial(request: HttpRequest, actor: Actor, trial_id: UUID) -> HttpResponse:
    """Show before and after of a trial, or that it is being calculated."""
    found, language = trial_for(actor, trial_id), _language()
    if found.plan is None:
        context = _wait_context(actor, found)
        if request.htmx:  # type: ignore[attr-defined]
            return answer_part(request, "diagnosis/parts/wait.html", context)
        context["part"] = render_part(request, "diagnosis/parts/wait.html", context)
        return render(request, "diagnosis/waiting.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(request.path)
    plan, read = Plan.model_validate(found.plan), read_result(found.diagnosis)
    titles = {c.id: c.title.text(language) for c in read.controls} if read else {}
    pairs = (
        (_("Mean of a year"), plan.mean_before, plan.mean_after),
        (_("1-in-10 year"), plan.one_in_10_before, plan.one_in_10_after),
        (_("1-in-100 year"), plan.one_in_100_before, plan.one_in_100_after),
    )
    most = max(before for _name, before, _after in pairs) or 1
    context = {
        "found": found,
        "plan": plan,
        "budget": exact(plan.budget, language),
        "cost": exact(plan.cost, language),
        "saves": exact(plan.mean_before - plan.mean_after, language),
        "names": [titles.get(key, key) for key in plan.controls],
        "rows": [
            {
                "name": name,
                "before": exact(before, language),
                "after": exact(after, language),
                "width": round(before / most * 100, 1),
                "width_after": round(after / most * 100, 1),
            }
            for name, before, after in pairs
        ],
    }
    return render(request, "diagnosis/trial.html", context)
