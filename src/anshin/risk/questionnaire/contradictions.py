"""Finds answers that cannot both be true. Each rule looks only at what was answered; unknown contradicts nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from anshin.risk.questionnaire.problems import Problems
from anshin.risk.questionnaire.questions import UNKNOWN

Given = Mapping[str, Any]
Facts = Mapping[str, object]
_YEN_FLOOR = 1_000_000  # fewer yearly sales than this were most likely written in 万円


def _agents_without_computers(a: Given, facts: Facts) -> bool:
    seen, computers = facts.get("fleet.devices_seen"), a.get("computers")
    return isinstance(seen, float) and isinstance(computers, int) and seen > computers


def _data_of_nobody(a: Given, _: Facts) -> bool:
    return a.get("persons") == 0 and _kinds(a) not in ((), ("none",))


def _persons_without_data(a: Given, _: Facts) -> bool:
    persons = a.get("persons")
    return isinstance(persons, int) and persons > 0 and _kinds(a) == ("none",)


def _kinds(a: Given) -> tuple[str, ...]:
    kinds = a.get("data_kinds", ())
    return () if kinds == UNKNOWN else tuple(kinds)


def _yen_or_ten_thousands(a: Given, _: Facts) -> bool:
    sales = a.get("sales")
    return isinstance(sales, int) and 0 < sales < _YEN_FLOOR


RULES: dict[str, Callable[[Given, Facts], bool]] = {
    # code of the sentence: when it is said
    "contradiction.agents": _agents_without_computers,
    "contradiction.data_of_nobody": _data_of_nobody,
    "contradiction.persons_without_data": _persons_without_data,
    "contradiction.protected_nothing": lambda a, _: (
        a.get("computers") == 0 and a.get("protection") in ("yes", "partly")
    ),
    "contradiction.no_site": lambda a, _: a.get("web") == "none" and a.get("web_care") in ("yes", "partly"),
    "contradiction.no_cloud": lambda a, _: a.get("cloud") == "none" and "cloud_copy" in a.get("backup", ()),
    "contradiction.cards": lambda a, _: a.get("web") == "shop_own" and _kinds(a) != () and "cards" not in _kinds(a),
    "contradiction.remote_mfa": lambda a, _: a.get("remote_access") == "kept" and a.get("mfa") == "none",
    "contradiction.yen": _yen_or_ten_thousands,
}


def find(answers: Given, facts: Facts, problems: Problems) -> None:
    """Note every contradiction among `answers` (checked values) and `facts` (values by id)."""
    for code, broken in RULES.items():
        if broken(answers, facts):
            values: dict[str, Any] = {
                key: "・".join(value) if isinstance(value, tuple) else value for key, value in answers.items()
            }
            seen = facts.get("fleet.devices_seen", 0.0)
            problems.add(code, "answers", devices_seen=f"{seen:g}" if isinstance(seen, float) else "", **values)
