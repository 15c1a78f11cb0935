"""The controls as data."""

from importlib import resources

import pytest
import yaml

from anshin.risk.controls.model import controls, parse_control, rules
from anshin.risk.data import sources
from anshin.risk.errors import DataError
from anshin.risk.scenarios.load import accidents

ALL = controls()


def shipped(name="mfa"):
    text = resources.files("anshin.risk").joinpath(f"controls/measures/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def parse(document):
    return parse_control(yaml.safe_dump(document, allow_unicode=True), name="mine.yaml")


def test_there_are_at_least_twelve_and_every_accident_but_a_supplier_has_one():
    assert len(ALL) >= 12
    assert {effect.scenario for control in ALL.values() for effect in control.effects} == set(accidents())


@pytest.mark.parametrize("control", list(ALL.values()), ids=list(ALL))
def test_effects_help_and_are_spread(control):
    for effect in control.effects:
        spread = effect.factor
        assert 0 < spread.low < spread.high <= 1
        assert effect.source in sources()
    assert control.cost.source in sources()
    assert control.usual.mean() < 1


def test_measured_counts_more_than_answered_and_a_default_like_an_answer():
    measured, answered, assumed = (rules().credit_of(e).mean() for e in ("measured", "answered", "assumed"))
    assert measured > answered == assumed


BREAKS = {
    "worse than nothing": (lambda d: d["effects"][0]["frequency"].update(high=1.5), r"effects\.0"),
    "unknown accident": (lambda d: d["effects"][0].update(scenario="rain"), r"effects\.0.*rain"),
    "severity without items": (
        lambda d: d["effects"][0].update(severity=d["effects"][0].pop("frequency")),
        r"effects\.0",
    ),
    "unknown source": (lambda d: d["effects"][0].update(source="hearsay"), r"effects\.0.*hearsay"),
    "missing grade": (lambda d: d["cost"].pop("grade"), r"cost\.grade"),
    "unit": (lambda d: d["cost"].update(unit="yen"), r"cost\.unit"),
    "unknown question": (lambda d: d["answer"].update(question="moon"), r"answer.*moon"),
    "option left out": (lambda d: d["answer"]["options"].pop("some"), r"answer.*some"),
    "option too many": (lambda d: d["answer"]["options"].update(half=0.5), r"answer.*half"),
    "two ways": (lambda d: d["answer"].update(any={"all": 1}), r"answer"),
    "no effects": (lambda d: d.update(effects=[]), r"effects"),
}


@pytest.mark.parametrize("name", list(BREAKS))
def test_a_broken_file_is_refused_by_file_and_key(name):
    damage, message = BREAKS[name]
    document = shipped()
    assert parse(document) == ALL["mfa"]
    damage(document)
    with pytest.raises(DataError, match=message) as caught:
        parse(document)
    assert "mine.yaml" in str(caught.value)
