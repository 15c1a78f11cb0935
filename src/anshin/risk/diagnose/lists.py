"""What the figures stand on: the answers as used, every assumption with its source, the three reasons for a cover."""

from collections.abc import Iterator

from anshin.risk.controls.model import controls, rules
from anshin.risk.data import sources
from anshin.risk.diagnose.words import joined, sentence, words
from anshin.risk.document import Assumption, Fact, Need
from anshin.risk.liability import jo
from anshin.risk.parameter import Parameter, Spread, biases
from anshin.risk.questionnaire.answers import Answers
from anshin.risk.questionnaire.questions import UNKNOWN, fact_kinds, questionnaire
from anshin.risk.scenarios.load import accidents, causes, item_titles, quantity_titles, reference
from anshin.risk.text import Bilingual, Grade


def facts(answers: Answers) -> tuple[Fact, ...]:
    """Return every answer as it was used, and every measured fact."""
    found = []
    for question in questionnaire().questions:
        answer = answers.answers[question.id]
        value = ", ".join(answer.value) if isinstance(answer.value, tuple) else str(answer.value)
        found.append(
            Fact(question=question.id, title=question.title, value=value, evidence=answer.evidence, dated=answer.dated)
        )
    for key, fact in answers.facts.items():
        kind = fact_kinds()[key]
        title = Bilingual(ja=kind.ja, en=kind.en)
        evidence = "assumed" if fact.expired else "measured"
        found.append(Fact(question=key, title=title, value=str(fact.value), evidence=evidence, dated=fact.at))
    return tuple(found)


def needs(answers: Answers) -> tuple[Need, ...]:
    """Return the three reasons for a cover, and whether each holds."""
    persons, standing = answers.value("persons"), answers.value("standing")

    def stands(*options: str) -> bool | None:
        return None if not isinstance(standing, tuple) else any(option in standing for option in options)

    held = {
        "personal_data": None if not isinstance(persons, int) else persons > 0,
        "large_customers": stands("large_customers", "supply_chain_part"),
        "well_known": stands("well_known"),
    }
    found = []
    for key, holds in held.items():
        answer = "unknown" if holds is None else "yes" if holds else "no"
        found.append(
            Need.model_validate(
                {
                    "id": key,
                    "answer": answer,
                    "title": sentence("needs", key, "title"),
                    "reason": sentence("needs", key, answer),
                }
            )
        )
    return tuple(found)


def assumptions(answers: Answers, ids: list[str], *, years: int, sets: int) -> tuple[Assumption, ...]:
    """Return every figure used for the accidents `ids` and the controls, missing answers first."""
    return (*_answers(answers), *_methods(years, sets), *_accidents(ids), *_damages(), *_controls())


def _answers(answers: Answers) -> Iterator[Assumption]:
    for question in questionnaire().questions:
        if answers.answers[question.id].value != UNKNOWN:
            continue
        spread = question.unknown
        usual = controls()[spread.control].usual if spread.control else None
        source, grade = (usual.source, usual.grade) if usual else (spread.source, spread.grade)
        if spread.weights:
            value = ", ".join(f"{option} {weight:g}" for option, weight in spread.weights.items())
        else:
            value = (usual or Spread(p10=spread.p10, p90=spread.p90)).words()
        assert source is not None
        assert grade is not None
        unit = f"{question.unit.ja} / {question.unit.en}" if question.unit else "share"
        yield _assumption(
            f"answer.{question.id}", "answer", question.title, value, unit + (" × employees" if spread.per else ""),
            source, grade, sentence("labels", "answer"), answered=True,
        )  # fmt: skip


def _methods(years: int, sets: int) -> Iterator[Assumption]:
    values: dict[str, dict[str, object]] = {
        "combine": {"frequency": f"{rules().floor_frequency:.0%}", "severity": f"{rules().floor_severity:.0%}"},
        "credit": {evidence: spread.words() for evidence, spread in rules().credit.items()},
        "grades": {str(grade): sigma for grade, sigma in reference().uncertainty.items()},
        "counts": {},
        "budget": {"budget": f"{rules().budget_per_employee:,}"},
        "years": {"years": f"{years:,}", "sets": sets},
    }
    for key, filled in values.items():
        text = str(words()["methods"][key]["value"]).format(**filled)
        note = sentence("methods", key, "note", **filled)
        title = sentence("methods", key, "title")
        yield _assumption(f"method.{key}", "method", title, text, "-", rules().source, rules().grade, note)


def _accidents(ids: list[str]) -> Iterator[Assumption]:
    for key in ids:
        accident = accidents()[key]
        title = Bilingual(ja=accident.ja, en=accident.en)
        yield _parameter(f"{key}.frequency", joined(title, sentence("labels", "frequency")), accident.frequency)
        yield _parameter(f"{key}.serious", joined(title, sentence("labels", "serious")), accident.serious)
        for name, quantity in accident.quantities.items():
            words_of = quantity_titles()[name]
            yield _parameter(f"{key}.{name}", joined(title, Bilingual(ja=words_of.ja, en=words_of.en)), quantity)
        for number, item in enumerate(accident.items):
            cost = item_titles()[item.code]
            both = joined(title, Bilingual(ja=cost.ja, en=cost.en))
            if item.given:
                yield _parameter(f"{key}.{number}.{item.code}", both, item)
            if item.chance is not None:
                label = joined(both, sentence("labels", "chance"))
                yield _assumption(
                    f"{key}.{number}.{item.code}.chance", "parameter", label, item.chance.words(), "share",
                    item.source, item.grade, biases()[item.bias],
                )  # fmt: skip
        for cause, share in accident.causes.items():
            found = causes()[cause]
            both = joined(title, sentence("labels", "causes"), Bilingual(ja=found.ja, en=found.en))
            yield _assumption(
                f"{key}.cause.{cause}", "parameter", both, f"{share:g}", "share",
                found.source, found.grade, biases()[found.bias],
            )  # fmt: skip
    for cause, found in causes().items():
        title = Bilingual(ja=found.ja, en=found.en)
        yield _assumption(
            f"cause.{cause}", "parameter", title, found.events.words(), found.unit,
            found.source, found.grade, biases()[found.bias],
        )  # fmt: skip


def _damages() -> Iterator[Assumption]:
    for x, award in jo.model().awards.items():
        yield _parameter(f"award.{x}", sentence("labels", "award", x=x), award)
    yield _parameter("award.upper", sentence("labels", "upper"), jo.model().upper)


def _controls() -> Iterator[Assumption]:
    for key, control in controls().items():
        title = Bilingual(ja=control.ja, en=control.en)
        yield _parameter(f"{key}.usual", joined(title, sentence("labels", "usual")), control.usual)
        for number, effect in enumerate(control.effects):
            accident = accidents()[effect.scenario]
            both = joined(title, Bilingual(ja=accident.ja, en=accident.en), sentence("labels", "effect"))
            yield _assumption(
                f"{key}.effect.{number}", "parameter", both, effect.factor.words(), "factor",
                effect.source, effect.grade, biases()[effect.bias],
            )  # fmt: skip
        cost = control.cost
        parts = [spread.words() for spread in (cost.fixed, cost.each) if spread is not None]
        text = " + ".join(parts) + (f" × {cost.per}" if cost.per else "")
        yield _assumption(
            f"{key}.cost", "parameter", joined(title, sentence("labels", "cost")), text, cost.unit,
            cost.source, cost.grade, biases()[cost.bias],
        )  # fmt: skip


def _parameter(key: str, title: Bilingual, parameter: Parameter) -> Assumption:
    return _assumption(
        key,
        "parameter",
        title,
        parameter.words(),
        parameter.unit,
        parameter.source,
        parameter.grade,
        biases()[parameter.bias],
    )


def _assumption(
    key: str,
    kind: str,
    title: Bilingual,
    value: str,
    unit: str,
    source: str,
    grade: Grade,
    note: Bilingual,
    *,
    answered: bool = False,
) -> Assumption:
    found = sources()[source]
    return Assumption.model_validate(
        {
            "id": key, "kind": kind, "title": title, "value": value, "unit": unit, "grade": grade, "note": note,
            "source": f"{found.publisher}「{found.title}」", "date": found.date,
            "evidence": "assumed" if answered else None,
        }
    )  # fmt: skip
