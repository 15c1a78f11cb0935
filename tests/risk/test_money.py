from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.risk.errors import ParameterError
from anshin.risk.money import Rounding, Yen, read_rate, round_yen


@pytest.mark.parametrize(
    ("amount", "down", "up", "half_up"),
    [
        (Fraction(5, 2), 2, 3, 3),
        (Fraction(9, 4), 2, 3, 2),
        (Fraction(-5, 2), -3, -2, -2),
        (Fraction(7), 7, 7, 7),
    ],
)
def test_a_part_of_a_yen_goes_where_the_rounding_says(amount, down, up, half_up):
    assert round_yen(amount, Rounding.DOWN) == down
    assert round_yen(amount, Rounding.UP) == up
    assert round_yen(amount, Rounding.HALF_UP) == half_up


@given(st.integers(), st.integers())
def test_sums_and_differences_stay_yen(a, b):
    for result, expected in (
        (Yen(a) + b, a + b), (b + Yen(a), a + b), (Yen(a) - b, a - b), (b - Yen(a), b - a), (-Yen(a), -a),
    ):  # fmt: skip
        assert isinstance(result, Yen)
        assert result == expected


def test_yen_are_written_as_people_write_them():
    assert str(Yen(4_000_000)) == "¥4,000,000"
    assert str(Yen(-1)) == "-¥1"
    assert repr(Yen(3)) == "Yen(3)"


@pytest.mark.parametrize("value", [1.0, "1", True, None, Fraction(1)])
def test_only_whole_numbers_are_yen(value):
    with pytest.raises(ParameterError) as caught:
        Yen(value)
    assert caught.value.code == "money.not_whole"
    assert str(value) in caught.value.ja


@pytest.mark.parametrize("text", ["0.9", "90%", "9/10", " 90 % ".replace(" %", "%"), Fraction(9, 10)])
def test_a_rate_is_read_exactly(text):
    assert read_rate(text) == Fraction(9, 10)


@pytest.mark.parametrize("text", [0.9, "ninety", "1/0", "", None])
def test_a_rate_that_is_none_is_refused(text):
    with pytest.raises(ParameterError) as caught:
        read_rate(text)
    assert caught.value.code == "money.rate"
