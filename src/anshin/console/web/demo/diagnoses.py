"""Sample diagnoses: three months of answers whose results the worker calculates, and one company half-way."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml
from django_scopes import scope

from anshin.console.diagnosis.operations import answer, finish_document
from anshin.console.people.models import Organisation
from anshin.console.web.demo.history import sample_person


def load_diagnoses(companies: Mapping[str, Organisation], data: Mapping[str, Any], *, now: datetime) -> None:
    """Store answers as people gave them, counted back from `now`, and ask for their results."""
    sample = yaml.safe_load(files("anshin.risk").joinpath("demo/answers.yaml").read_text(encoding="utf-8"))["answers"]
    for entry in data["finished"]:
        company = companies[entry["company"]]
        with scope(organisation=company):
            at = now - timedelta(days=entry["days"])
            finish_document(actor=sample_person(entry["by"], company), answers={**sample, **entry["changes"]}, now=at)
    for entry in data["begun"]:
        company = companies[entry["company"]]
        with scope(organisation=company):
            answer(actor=sample_person(entry["by"], company), values=entry["answers"], now=now - timedelta(days=3))
