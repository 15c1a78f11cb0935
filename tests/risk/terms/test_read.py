from fractions import Fraction
from typing import Any

import pytest

from anshin.risk.errors import DataError
from anshin.risk.money import Yen
from anshin.risk.terms import Event, load_terms, read_terms, settle

GOOD: dict[str, Any] = {
    "code": "x",
    "ja": "補償",
    "en": "cover",
    "parts": [
        {
            "code": "a",
            "ja": "費用",
            "en": "costs",
            "items": ["response"],
            "share": "90%",
            "limit": 500,
            "order": ["limit", "share", "deductible"],
        }
    ],
}


def test_the_pack_pays_a_leak_up_to_four_million_and_nothing_else():
    pack = load_terms("pack")
    costs = {"liability.damages": Yen(3_000_000), "response.forensics": Yen(3_000_000), "profit.lost": Yen(9)}
    leak = settle(pack, Event(costs, frozenset({"leak"})))
    assert leak.paid == 4_000_000
    assert [p.paid for p in leak.parts] == [2_000_000, 2_000_000]
    assert settle(pack, Event(costs, frozenset({"interruption"}))).paid == 0
    assert (
        settle(pack, Event({"money.ransom": Yen(10**6), "money.transfer": Yen(10**6)}, frozenset({"leak"}))).paid == 0
    )


def test_the_full_policy_pays_four_classes_but_never_ransom_or_transferred_money():
    full = load_terms("full")
    costs = {
        "liability.damages": Yen(1_000_000), "response.forensics": Yen(2_000_000), "response.restoration": Yen(500_000),
        "profit.lost": Yen(480_000), "money.ransom": Yen(9_000_000), "money.transfer": Yen(9_000_000),
    }  # fmt: skip
    settled = settle(full, Event(costs, hours=48))
    assert {p.code: int(p.paid) for p in settled.parts} == {
        "liability": 900_000, "response": 1_800_000, "continuity": 450_000, "profit": 260_000,
    }  # fmt: skip


def test_a_document_is_read_as_written():
    terms = read_terms(GOOD)
    assert terms.parts[0].share == Fraction(9, 10)
    assert terms.parts[0].limit == Yen(500)
    assert [step.value for step in terms.parts[0].order] == ["limit", "share", "deductible"]


def _with(**values):
    return {**GOOD, "parts": [{**GOOD["parts"][0], **values}]}


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ([], "(top)"),
        ({**GOOD, "limits": 3}, "limits"),
        ({**GOOD, "ja": ""}, "ja"),
        ({**GOOD, "parts": {}}, "parts"),
        ({**GOOD, "parts": []}, "(top)"),
        ({**GOOD, "limit_per_year": 1.5}, "limit_per_year"),
        (_with(share=0.9), "parts[0].share"),
        (_with(share="9 割"), "parts[0].share"),
        (_with(order=["limit"]), "parts[0]"),
        (_with(order=["limit", "share", "tax"]), "parts[0].order"),
        (_with(rounding="away"), "parts[0].rounding"),
        (_with(deductible=-1), "parts[0]"),
        (_with(items="response"), "parts[0].items"),
        (_with(waiting={"hours": "soon"}), "parts[0].waiting.hours"),
        (_with(waiting=12), "parts[0].waiting"),
        (_with(sublimits=[{"items": ["response.x"]}]), "parts[0].sublimits[0].limit"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(document, key):
    with pytest.raises(DataError) as caught:
        read_terms(document, "cover.yaml")
    assert f"“{key}”" in caught.value.en
    assert "cover.yaml" in caught.value.ja


def test_unknown_terms_are_named():
    with pytest.raises(DataError, match="pack"):
        load_terms("platinum")
