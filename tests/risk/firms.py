"""Answers of firms for the tests of the diagnosis: one reference firm, changed where a test says so."""

import datetime as dt
from importlib import resources
from typing import Any

from anshin.risk.questionnaire.answers import Answers, check_answers, read_answers

TODAY = dt.date(2026, 11, 25)
CONTROLS = (
    "mfa", "protection", "patching", "remote_access", "backup", "admin_separation", "logs", "mail_auth",
    "transfer_rule", "encryption", "web_care", "plan", "training",
)  # fmt: skip
BUSINESS: dict[str, Any] = {
    "employees": 30,
    "sector": "manufacturing",
    "sales": 500_000_000,
    "gross_margin": 28,
    "standing": ["large_customers"],
    "persons": 1000,
    "data_kinds": ["contact", "income", "health_check"],
    "computers": 25,
    "mobile": 10,
    "web": "page",
    "dependence": "most",
    "cloud": "mail",
}
STRONG: dict[str, Any] = {
    "mfa": "all",
    "protection": "yes",
    "patching": "within_14_days",
    "remote_access": "none",
    "backup": ["copy", "offline_copy", "restore_tested", "cloud_copy"],
    "admin_separation": "yes",
    "logs": "yes",
    "mail_auth": "yes",
    "transfer_rule": "yes",
    "encryption": "yes",
    "web_care": "yes",
    "plan": "yes",
    "training": "2026-04",
}
WEAK: dict[str, Any] = {
    "mfa": "none",
    "protection": "no",
    "patching": "irregular",
    "remote_access": "open",
    "backup": ["none"],
    "admin_separation": "no",
    "logs": "no",
    "mail_auth": "no",
    "transfer_rule": "no",
    "encryption": "no",
    "web_care": "no",
    "plan": "no",
    "training": "never",
}


def raw(*, facts: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a whole answers document; controls are unknown unless `changes` says more."""
    answers = {**BUSINESS, **dict.fromkeys(CONTROLS, "unknown"), **changes}
    return {
        "schema_version": 1,
        "company": "試験株式会社",
        "answered_on": "2026-11-20",
        "answers": answers,
        "facts": facts or [],
    }


def firm(*, facts: list[dict[str, Any]] | None = None, **changes: Any) -> Answers:
    """Return the answers, read strictly."""
    return check_answers(raw(facts=facts, **changes), today=TODAY)


def demo() -> Answers:
    """Return the demo company's answers."""
    text = resources.files("anshin.risk").joinpath("demo/answers.yaml").read_text(encoding="utf-8")
    return read_answers(text, name="demo/answers.yaml", today=TODAY)
