"""The page of the diagnosis: how answers are written, and every figure of the data with its source."""

from collections.abc import Iterator
from typing import Any, Literal

from anshin.cli.reference_pages.words import opening, read
from anshin.risk.controls.model import controls, rules
from anshin.risk.data import VERSION, sources
from anshin.risk.liability import jo
from anshin.risk.parameter import Parameter, biases
from anshin.risk.questionnaire.questions import YES_NO_PARTLY, Question, fact_kinds, questionnaire
from anshin.risk.scenarios.load import accidents, causes, item_titles, quantity_titles

Language = Literal["ja", "en"]


def page(language: Language) -> str:
    """Return the page in one language."""
    lines = [*opening("risk", language), "", _word("version", language).format(version=VERSION)]
    for part in (_questions, _facts, _accidents, _causes, _controls, _damages, _sources):
        lines += ["", *part(language)]
    return "\n".join(lines) + "\n"


def _word(key: str, language: Language) -> str:
    return str(read("risk.yaml")[key][language])


def _table(key: str, language: Language) -> list[str]:
    columns = read("risk.yaml")["tables"][key]
    head: list[str] = columns[language]
    return [f"## {columns['title'][language]}", "", f"| {' | '.join(head)} |", "|" + "---|" * len(head)]


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _questions(language: Language) -> Iterator[str]:
    yield from _table("questions", language)
    for question in questionnaire().questions:
        listed = [
            f"{s.scheme} {s.item}" + ("" if s.confirmed else f" ({_word('unconfirmed', language)})")
            for s in question.standards
        ]
        yield _row(
            f"`{question.id}`", question.title.text(language), _ways(question, language), ", ".join(listed) or "–"
        )


def _ways(question: Question, language: Language) -> str:
    if question.kind == "number":
        assert question.unit is not None
        return f"{question.min:,} – {question.max:,} {question.unit.text(language)}"
    if question.kind == "month":
        return "`YYYY-MM`, `never`"
    options = YES_NO_PARTLY if question.kind == "yes_no_partly" else [option.id for option in question.options]
    text = ", ".join(f"`{option}`" for option in options)
    return f"[ {text} ]" if question.kind == "multi" else text


def _facts(language: Language) -> Iterator[str]:
    yield from _table("facts", language)
    for key, kind in fact_kinds().items():
        yield _row(f"`{key}`", kind.text(language), kind.kind, f"`{kind.question}`", kind.days)


def _figures(title: str, parameter: Parameter, language: Language) -> str:
    return _row(
        title,
        parameter.words(),
        parameter.unit,
        parameter.source,
        parameter.grade,
        biases()[parameter.bias].text(language),
    )


def _accidents(language: Language) -> Iterator[str]:
    heads = _table("figures", language)
    yield heads[0]
    for key, accident in accidents().items():
        yield from ("", f"### {accident.text(language)} (`{key}`)", "", accident.story.text(language), "", *heads[2:])
        yield _figures(_word("frequency", language), accident.frequency, language)
        yield _figures(_word("serious", language), accident.serious, language)
        for name, quantity in accident.quantities.items():
            yield _figures(quantity_titles()[name].text(language), quantity, language)
        for item in accident.items:
            title = f"{item_titles()[item.code].text(language)} `{item.code}` ({_word(item.tier, language)})"
            times = "".join(f" × {quantity_titles()[name].text(language)}" for name in item.times)
            chance = f", {_word('chance', language)} {item.chance.words()}" if item.chance else ""
            if item.given:
                yield _figures(title + times + chance, item, language)
            else:
                row: tuple[Any, ...] = (title + times, _word("damages", language), item.unit, item.source, item.grade)
                yield _row(*row, biases()[item.bias].text(language))


def _causes(language: Language) -> Iterator[str]:
    yield from _table("causes", language)
    for key, cause in causes().items():
        used = [f"{a.text(language)} {a.causes[key]:.0%}" for a in accidents().values() if key in a.causes]
        yield _row(f"{cause.text(language)} `{key}`", cause.events.words(), ", ".join(used), cause.source, cause.grade)


def _controls(language: Language) -> Iterator[str]:
    yield from _table("controls", language)
    for key, control in controls().items():
        effects = "; ".join(
            f"{accidents()[e.scenario].text(language)} ({', '.join(e.items) or _word('frequency', language)}) "
            f"{e.factor.words()} [{e.source}, {e.grade}]"
            for e in control.effects
        )
        cost = control.cost
        parts = [spread.words() for spread in (cost.fixed, cost.each) if spread is not None]
        yield _row(
            f"{control.text(language)} `{key}`",
            effects,
            control.usual.words(),
            " + ".join(parts) + (f" × {cost.per}" if cost.per else "") + f" {cost.unit} [{cost.source}, {cost.grade}]",
        )
    values = {evidence: spread.words() for evidence, spread in rules().credit.items()}
    yield ""
    yield _word("rules", language).format(
        frequency=f"{rules().floor_frequency:.0%}", severity=f"{rules().floor_severity:.0%}", **values
    )


def _damages(language: Language) -> Iterator[str]:
    heads = _table("damages", language)
    yield from heads
    by_level = {(level.x, level.y): level for level in jo.model().kinds.values()}
    for (x, y), level in sorted(by_level.items()):
        kinds = [kind for kind, found in jo.model().kinds.items() if found == level]
        amount = jo.per_person([level])
        award = jo.model().awards[x]
        yield _row(", ".join(f"`{kind}`" for kind in kinds), x, y, amount, award.words())


def _sources(language: Language) -> Iterator[str]:
    yield from _table("sources", language)
    for key, source in sources().items():
        yield _row(f"`{key}`", f"{source.publisher}「{source.title}」", source.date, _word(source.read, language))
