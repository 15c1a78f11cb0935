"""A blank answers file: valid as it is, every answer `unknown`, each question above its line."""

import datetime as dt

from anshin.risk.questionnaire.answers import SCHEMA_VERSION
from anshin.risk.questionnaire.questions import UNKNOWN, YES_NO_PARTLY, Question, questionnaire
from anshin.risk.text import Language

_HEAD = {
    "ja": ("会社名を書き、分かる質問だけ答えてください。分からなければ unknown のままで構いません。", "facts には、日付のある測定値があれば書きます。"),
    "en": ("Write the company's name and answer what you know. Leave unknown where nobody knows.", "facts: measured values with a date, if there are any."),
}  # fmt: skip
_COMPANY = {"ja": "（会社名）", "en": "(company)"}
_MANY = {"ja": "いくつでも [ ] に", "en": "any number of these in [ ]"}
_MONTH = {"ja": "年-月（例 2026-04）、never", "en": "year-month (such as 2026-04), never"}


def blank(language: Language, today: dt.date) -> str:
    """Return the file as YAML text in one language."""
    head, facts = _HEAD[language]
    lines = [f"# {head}", f"schema_version: {SCHEMA_VERSION}", f"company: {_COMPANY[language]}"]
    lines += [f"answered_on: {today.isoformat()}", "answers:"]
    for question in questionnaire().questions:
        lines += [f"  # {question.title.text(language)}", f"  #   {_ways(question, language)}", f"  {question.id}: {UNKNOWN}"]
    return "\n".join([*lines, f"# {facts}", "facts: []"]) + "\n"


def _ways(question: Question, language: Language) -> str:
    match question.kind:
        case "number":
            assert question.unit is not None
            return f"{question.min:,} – {question.max:,} {question.unit.text(language)}"
        case "yes_no_partly":
            return ", ".join(YES_NO_PARTLY)
        case "month":
            return _MONTH[language]
        case "choice" | "multi":
            options = ", ".join(f"{option.id} ({option.text(language)})" for option in question.options)
            return f"{_MANY[language]}: {options}" if question.kind == "multi" else options
