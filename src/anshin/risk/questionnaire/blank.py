"""A blank answers file: valid as it is, every answer `unknown`, each question above its line."""

import datetime as dt

from anshin.risk.data import read_models
from anshin.risk.questionnaire.answers import SCHEMA_VERSION
from anshin.risk.questionnaire.questions import UNKNOWN, YES_NO_PARTLY, Question, questionnaire
from anshin.risk.text import Bilingual, Language


def blank(language: Language, today: dt.date) -> str:
    """Return the file as YAML text in one language."""
    words = read_models(Bilingual, "questionnaire/blank.yaml")
    head, facts, company = (words[key].text(language) for key in ("head", "facts", "company"))
    lines = [f"# {head}", f"schema_version: {SCHEMA_VERSION}", f"company: {company}"]
    lines += [f"answered_on: {today.isoformat()}", "answers:"]
    for question in questionnaire().questions:
        lines += [
            f"  # {question.title.text(language)}",
            f"  #   {_ways(question, language)}",
            f"  {question.id}: {UNKNOWN}",
        ]
    return "\n".join([*lines, f"# {facts}", "facts: []"]) + "\n"


def _ways(question: Question, language: Language) -> str:
    match question.kind:
        case "number":
            assert question.unit is not None
            return f"{question.min:,} – {question.max:,} {question.unit.text(language)}"
        case "yes_no_partly":
            return ", ".join(YES_NO_PARTLY)
        case "month":
            return _word("month", language)
        case "choice" | "multi":
            options = ", ".join(f"{option.id} ({option.text(language)})" for option in question.options)
            return f"{_word('many', language)}: {options}" if question.kind == "multi" else options


def _word(key: str, language: Language) -> str:
    return read_models(Bilingual, "questionnaire/blank.yaml")[key].text(language)
