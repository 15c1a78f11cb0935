"""Answers, and results that are there at once: the document comes from a file made by the simulation itself."""

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.models import Calculation, Diagnosis, Trial
from anshin.console.people.access import Actor

RESULT = Path(__file__).with_name("result.json")
DEMO = Path(__file__).parents[3] / "src" / "anshin" / "risk" / "demo" / "answers.yaml"


@cache
def answers() -> dict[str, Any]:
    """Return the answers of the invented company."""
    found: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))["answers"]
    return found


@cache
def result_document() -> dict[str, Any]:
    """Return a result of the simulation with few years, kept in a file so that page tests need no simulation."""
    found: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    return found


def done(diagnosis: Diagnosis, **changes: Any) -> Diagnosis:
    """Give a request the stored result, as the worker would."""
    document = {**result_document(), "company": diagnosis.organisation.name}
    diagnosis.result, diagnosis.schema_version, diagnosis.seed = document, 1, document["basis"]["seed"]
    diagnosis.data_version, diagnosis.data_hash = document["basis"]["data_version"], document["basis"]["data_hash"]
    diagnosis.mean = document["total"]["mean"]["value"]
    diagnosis.one_in_10 = document["total"]["one_in_10"]["value"]
    diagnosis.one_in_100 = document["total"]["one_in_100"]["value"]
    bad = document["covers"][0]["bad_year"]
    diagnosis.covered, diagnosis.bad_year = bad["paid"], bad["total"]
    diagnosis.first = {"id": "mfa", "ja": "多要素認証", "en": "Multi-factor", "saves": 28_000, "cost": 57_000}
    diagnosis.state, diagnosis.finished_at = Calculation.State.DONE, timezone.now()
    for name, value in changes.items():
        setattr(diagnosis, name, value)
    diagnosis.save()
    return diagnosis


def diagnosed(actor: Actor, marker: str = "") -> dict[str, Any]:
    """Answer, calculate and try something in the actor's company; return the ids by the names that addresses use."""
    finished = operations.finish_document(actor=actor, answers=answers())
    diagnosis = done(finished.diagnosis)
    if marker:
        document = {**result_document(), "company": marker}
        done(diagnosis, result=document)
    trial = operations.request_trial(actor=actor, diagnosis=diagnosis, budget=200_000)
    Trial.objects.filter(id=trial.id).update(plan=result_document()["plan"], state=Calculation.State.DONE)
    return {"question_id": "employees", "diagnosis_id": diagnosis.id, "trial_id": trial.id}


@pytest.fixture
def few_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a hundredth: enough to see that the figures arrive."""
    from anshin.console.diagnosis import simulation

    monkeypatch.setattr(simulation, "years", 2000)
    monkeypatch.setattr(simulation, "sets", 2)


def days_ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)
