"""The accidents as data, and the loader that refuses what does not hold together, naming file and key."""

from importlib import resources

import pytest
import yaml

from anshin.risk.data import data_hash, sources
from anshin.risk.errors import DataError
from anshin.risk.parameter import biases
from anshin.risk.scenarios.load import accidents, causes, item_titles, parse_accident, quantity_order, quantity_titles

ALL = accidents()


def shipped(name="ransomware"):
    text = resources.files("anshin.risk").joinpath(f"scenarios/accidents/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def parse(document):
    return parse_accident(yaml.safe_dump(document, allow_unicode=True), name="mine.yaml")


def test_there_are_eleven():
    assert sorted(ALL) == [
        "business_mail_fraud", "cloud_outage", "ddos", "insider", "leak_intrusion", "leak_mistake", "lost_device",
        "malware_mail", "ransomware", "supplier_stop", "web_skimming",
    ]  # fmt: skip


@pytest.mark.parametrize("accident", list(ALL.values()), ids=list(ALL))
def test_every_figure_has_unit_source_grade_and_bias(accident):
    figures = [accident.frequency, accident.serious, *accident.quantities.values(), *accident.items]
    for figure in figures:
        assert figure.source in sources()
        assert figure.bias in biases()
        assert figure.unit
        assert figure.grade in ("certain", "estimated", "guess")


@pytest.mark.parametrize("accident", list(ALL.values()), ids=list(ALL))
def test_frequencies_lie_where_the_sources_allow(accident):
    """Serious events: 5 % a year at most; no accident alone passes what IPA found for all together (23.3 %)."""
    serious = accident.frequency.mean() * accident.serious.mean()
    assert serious < 0.05
    assert accident.frequency.mean() < 0.233


def test_every_kind_of_cost_and_every_cause_is_used():
    used = {item.code for accident in ALL.values() for item in accident.items}
    assert used == set(item_titles())
    assert {code.split(".")[0] for code in used} == {
        "response",
        "liability",
        "profit",
        "money",
        "administrative",
        "intangible",
    }
    assert {cause for accident in ALL.values() for cause in accident.causes} == set(causes())


def test_shares_come_after_what_they_are_a_share_of():
    order = quantity_order(ALL["ransomware"], "ransomware")
    assert order.index("hit_computers") < order.index("examined_computers")
    assert order.index("hit_persons") < order.index("claimants")


def without(mapping, key):
    return {name: value for name, value in mapping.items() if name != key}


BREAKS = {
    "missing source": (lambda d: d["items"][0].pop("source"), r"items\.0\.source"),
    "unknown source": (lambda d: d["items"][0].update(source="hearsay"), r"items\.0.*hearsay"),
    "unknown bias": (lambda d: d["serious"].update(bias="none"), r"serious.*biases"),
    "missing unit": (lambda d: d["items"][0].pop("unit"), r"items\.0\.unit"),
    "empty unit": (lambda d: d["items"][0].update(unit=""), r"items\.0\.unit"),
    "wrong unit": (lambda d: d["items"][1].update(unit="yen/person"), r"items\.1\.unit.*yen/person"),
    "yen twice": (lambda d: d["items"][0].update(times=["sales"]), r"items\.0\.unit"),
    "unknown item": (lambda d: d["items"][0].update(code="response.magic"), r"items\.0\.code.*response\.magic"),
    "unknown class": (lambda d: d["items"][0].update(code="magic.trick"), r"items\.0\.code"),
    "unknown quantity": (lambda d: d["items"][1].update(times=["moons"]), r"items\.1\.times.*moons"),
    "unknown cause": (lambda d: d["causes"].update(sunspots=0.1), r"causes\.sunspots"),
    "causes above 1": (lambda d: d["causes"].update(os=0.7), r"causes.*less than 1"),
    "circle": (lambda d: d["quantities"]["hit_computers"].update(of="examined_computers"), r"quantities\.\w+.*→"),
    "itself": (lambda d: d["quantities"]["hit_computers"].update(of="hit_computers"), r"hit_computers → hit_computers"),
    "share unit": (lambda d: d["quantities"]["hit_persons"].update(unit="person"), r"quantities\.hit_persons\.unit"),
    "firm quantity": (lambda d: d["quantities"].update(sales=d["quantities"]["downtime_days"]), r"quantities\.sales"),
    "half a spread": (lambda d: d["items"][0].pop("p90"), r"items\.0.*p10 and p90"),
    "order": (lambda d: d["serious"].update(low=0.99), r"serious"),
    "negative": (lambda d: d["items"][0].update(p10=-1), r"items\.0\.p10"),
    "no frequency": (lambda d: d.pop("frequency"), r"frequency"),
    "frequency per month": (lambda d: d["frequency"].update(unit="events/month"), r"frequency.*events/year"),
    "unknown key": (lambda d: d.update(colour="red"), r"colour"),
    "exposure": (lambda d: d.update(applies="moon"), r"applies"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BREAKS))
def test_a_broken_file_is_refused_by_file_and_key(name):
    damage, message = BREAKS[name]
    document = shipped()
    assert parse(document) == ALL["ransomware"]
    damage(document)
    with pytest.raises(DataError, match=message) as caught:
        parse(document)
    assert "mine.yaml" in str(caught.value)
    assert "mine.yaml" in caught.value.ja


def test_what_is_no_yaml_is_refused_by_name():
    with pytest.raises(DataError, match=r"mine\.yaml"):
        parse_accident("a: [", name="mine.yaml")


def test_titles_exist_for_every_quantity():
    assert {key for accident in ALL.values() for key in accident.quantities} <= set(quantity_titles())


def test_the_hash_covers_the_data(monkeypatch):
    before = data_hash()
    assert before == data_hash()
    assert len(before) == 64
    monkeypatch.setattr("anshin.risk.data.FOLDERS", ("controls",))
    assert data_hash() != before
