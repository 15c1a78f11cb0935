"""Every order, every rounding, every limit; the exact and the vectorised path against each other to the yen."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshin.risk.errors import ParameterError
from anshin.risk.money import Rounding, Yen
from anshin.risk.terms import ORDERS, Event, Part, Step, Sublimit, Terms, Waiting, covers, pay, settle, settle_year

ANY: Any = lambda value: value  # noqa: E731 -- for values that the types forbid
D, S, L = Step.DEDUCTIBLE, Step.SHARE, Step.LIMIT


def part(code: str = "cost", items: str = "response", **values) -> Part:
    return Part(code=code, ja=code, en=code, items=frozenset(items.split()), **values)


def cover(*parts: Part, **values) -> Terms:
    return Terms(code="t", ja="t", en="t", parts=parts, **values)


def event(hours: int = 0, perils: str = "", **items: int) -> Event:
    return Event({code.replace("__", "."): Yen(v) for code, v in items.items()}, frozenset(perils.split()), hours)


# X = 6.0M, 免責 100k, 縮小 90 %, 限度 4.0M: worked by hand for each order
BY_HAND = {
    (D, S, L): 4_000_000,  # min(4.0M, 5.9M x .9 = 5.31M)
    (D, L, S): 3_600_000,  # min(4.0M, 5.9M) x .9
    (S, D, L): 4_000_000,  # min(4.0M, 5.4M - .1M)
    (S, L, D): 3_900_000,  # min(4.0M, 5.4M) - .1M
    (L, D, S): 3_510_000,  # (4.0M - .1M) x .9
    (L, S, D): 3_500_000,  # 4.0M x .9 - .1M
}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_the_order_of_the_steps_decides(order):
    assert set(BY_HAND) == set(ORDERS)
    terms = cover(part(deductible=Yen(100_000), share=Fraction(9, 10), limit=Yen(4_000_000), order=order))
    settled = settle(terms, event(response__forensics=6_000_000))
    assert settled.paid == BY_HAND[order]
    assert tuple(step for step, _ in settled.parts[0].steps) == order


@pytest.mark.parametrize(("rounding", "paid"), [(Rounding.DOWN, 2), (Rounding.UP, 3), (Rounding.HALF_UP, 3)])
def test_a_share_is_rounded_as_declared(rounding, paid):
    terms = cover(part(share=Fraction(1, 2), rounding=rounding))
    assert settle(terms, event(response=5)).paid == paid


def test_a_class_names_its_items_and_the_closest_name_wins():
    assert covers("response", "response.forensics")
    assert not covers("response", "responses.x")
    general, special = part("general", "response"), part("special", "response.apology", limit=Yen(10))
    settled = settle(cover(general, special), event(response__apology=50, response__call=7))
    assert [(p.code, p.paid) for p in settled.parts] == [("general", 7), ("special", 10)]


def test_excluded_items_are_never_paid():
    terms = cover(part(items="response money"), excluded=frozenset({"money.ransom"}))
    assert settle(terms, event(money__ransom=9_000_000, money__other=1)).paid == 1


def test_a_part_answers_to_its_perils_only():
    terms = cover(part(perils=frozenset({"leak"})))
    assert settle(terms, event(perils="leak stop", response=5)).paid == 5
    assert settle(terms, event(perils="stop", response=5)).paid == 0
    assert settle(terms, event(response=5)).paid == 0


@pytest.mark.parametrize(
    ("waiting", "hours", "paid"),
    [
        (Waiting(12), 12, 0),
        (Waiting(12), 13, 7_692),  # 100,000 x 1/13, cut
        (Waiting(12), 48, 75_000),
        (Waiting(12, "franchise"), 12, 0),
        (Waiting(12, "franchise"), 13, 100_000),
        (Waiting(12, longest=24), 48, 50_000),
        (Waiting(0), 0, 0),
        (Waiting(2, "franchise", longest=24), 96, 25_000),
    ],
)
def test_waiting_hours(waiting, hours, paid):
    terms = cover(part(items="profit", waiting=waiting))
    assert settle(terms, event(hours, profit=100_000)).paid == paid


def test_sublimits_are_inside_the_part():
    terms = cover(
        part(sublimits=(Sublimit(frozenset({"response.apology", "response.mail"}), Yen(100)),), limit=Yen(1_000))
    )
    settled = settle(terms, event(response__apology=90, response__mail=60, response__call=500))
    assert settled.paid == 600
    assert settled.parts[0].by_item == {"response.apology": 60, "response.mail": 40, "response.call": 500}


def test_limits_of_event_and_year_in_order_of_time():
    terms = cover(
        part("a", "response", limit_per_year=Yen(70)), part("b", "liability"),
        limit_per_event=Yen(100), limit_per_year=Yen(150),
    )  # fmt: skip
    year = settle_year(terms, [event(response=60, liability=60), event(response=60, liability=60), event(liability=99)])
    # 1st: 120 cut to 100, half each. 2nd: again 50 + 50, but a has 20 left: 70, and the year 50. 3rd: nothing is left
    assert [[p.paid for p in s.parts] for s in year] == [[50, 50], [14, 36], [0, 0]]
    assert [s.paid for s in year] == [100, 50, 0]
    assert [s.before_limits for s in year] == [120, 120, 99]


money = st.integers(0, 30_000_000)
limit = st.one_of(st.none(), st.integers(0, 20_000_000).map(Yen))
waits = st.one_of(
    st.none(),
    st.builds(
        Waiting,
        st.integers(0, 240),
        st.sampled_from(["deductible", "franchise"]),
        st.one_of(st.none(), st.integers(1, 500)),
    ),
)


@st.composite
def parts(draw, code, items):
    return part(
        code,
        items,
        perils=draw(st.sampled_from([frozenset(), frozenset({"leak"})])),
        deductible=Yen(draw(st.integers(0, 1_000_000))),
        share=Fraction(draw(st.integers(1, 1000)), 1000),
        limit=draw(limit),
        order=draw(st.sampled_from(ORDERS)),
        sublimits=tuple(
            Sublimit(frozenset({f"{items}.x", f"{items}.y"}), Yen(v)) for v in draw(st.lists(money, max_size=1))
        ),
        waiting=draw(waits),
        limit_per_year=draw(limit),
        rounding=draw(st.sampled_from(Rounding)),
    )


@st.composite
def whole_terms(draw):
    held = [draw(parts(code, code)) for code in ("response", "liability", "profit")]
    return cover(*held, limit_per_event=draw(limit), limit_per_year=draw(limit))


ITEMS = [f"{c}.{i}" for c in ("response", "liability", "profit", "money") for i in "xyz"]
PERILS = [frozenset(), frozenset({"leak"}), frozenset({"stop", "leak"})]
happenings = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 300), st.lists(money, min_size=12, max_size=12)),
    max_size=6,
)


@settings(max_examples=150)
@given(whole_terms(), happenings)
def test_both_paths_agree_to_the_yen(terms, happened):
    happened = sorted(happened, key=lambda h: h[0])
    expected = []
    for year in range(3):
        events = [
            Event(dict(zip(ITEMS, map(Yen, v), strict=True)), PERILS[p], h) for y, p, h, v in happened if y == year
        ]
        expected += settle_year(terms, events)
    losses = np.array([v for *_, v in happened], dtype=np.float64).reshape(-1, len(ITEMS)).T
    found = pay(
        terms,
        ITEMS,
        losses,
        year=np.array([h[0] for h in happened], dtype=np.int64),
        perils=PERILS,
        peril=np.array([h[1] for h in happened], dtype=np.int64),
        hours=np.array([h[2] for h in happened], dtype=np.float64),
    )
    for index, settled in enumerate(expected):
        assert [int(v) for v in found.by_part[:, index]] == [int(p.paid) for p in settled.parts]
        assert int(found.by_event[index]) == settled.paid
        for p in settled.parts:
            assert sum(p.by_item.values()) == p.paid
    assert np.all(found.by_item <= losses + 1e-6)
    assert found.by_item.sum(axis=0) == pytest.approx(found.by_event, rel=1e-12)


@given(whole_terms(), happenings)
def test_a_cover_never_pays_more_than_was_lost_nor_than_its_limits(terms, happened):
    year = settle_year(
        terms, [Event(dict(zip(ITEMS, map(Yen, v), strict=True)), PERILS[p], h) for _, p, h, v in happened]
    )
    paid = [s.paid for s in year]
    for settled, (*_, values) in zip(year, happened, strict=True):
        assert 0 <= settled.paid <= sum(values) + 3  # a share rounded up adds less than a yen a part
    if terms.limit_per_year is not None:
        assert sum(paid) <= terms.limit_per_year
    if terms.limit_per_event is not None:
        assert all(p <= terms.limit_per_event for p in paid)


def test_very_large_amounts_are_spread_in_integers():
    terms = cover(part("a", "response"), part("b", "liability"), limit_per_event=Yen(3_000_000_000_001))
    items = ["response", "liability"]
    losses = np.array([[5_000_000_000_000.0], [4_000_000_000_000.0]])
    one: dict[str, Any] = {"year": np.array([0]), "perils": [frozenset()], "peril": np.array([0]), "hours": np.zeros(1)}
    found = pay(terms, items, losses, **one)
    settled = settle(terms, event(response=5_000_000_000_000, liability=4_000_000_000_000))
    assert [int(v) for v in found.by_part[:, 0]] == [p.paid for p in settled.parts]


@pytest.mark.parametrize(
    "build",
    [
        lambda: part(items=""),
        lambda: part(deductible=Yen(-1)),
        lambda: part(share=Fraction(11, 10)),
        lambda: part(share=Fraction(0)),
        lambda: part(limit=Yen(-1)),
        lambda: part(limit_per_year=Yen(-1)),
        lambda: part(order=(D, S)),
        lambda: part(order=(D, D, L)),
        lambda: Sublimit(frozenset(), Yen(1)),
        lambda: Sublimit(frozenset({"a"}), Yen(-1)),
        lambda: part(
            sublimits=(Sublimit(frozenset({"response"}), Yen(1)), Sublimit(frozenset({"response.x"}), Yen(1)))
        ),
        lambda: Waiting(-1),
        lambda: Waiting(1, kind=ANY("never")),
        lambda: Waiting(1, longest=0),
        cover,
        lambda: cover(part("a"), part("a", "profit")),
        lambda: cover(part("a"), part("b")),
        lambda: cover(part(), limit_per_event=Yen(-1)),
        lambda: cover(part(), limit_per_year=Yen(-1)),
        lambda: settle(cover(part()), event(response=-1)),
        lambda: settle(cover(part()), event(-1, response=1)),
    ],
)
def test_terms_without_meaning_are_refused(build):
    with pytest.raises(ParameterError) as caught:
        build()
    assert len(caught.value.ja) > 10


def test_losses_that_do_not_fit_are_refused():
    one: dict[str, Any] = {"year": np.array([0]), "perils": [frozenset()], "peril": np.array([0]), "hours": np.zeros(1)}
    for items, losses in ((["a", "b"], np.zeros((1, 1))), (["a"], np.array([[-1.0]])), (["a"], np.array([[np.nan]]))):
        with pytest.raises(ParameterError):
            pay(cover(part()), items, losses, **one)
