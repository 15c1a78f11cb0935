"""Controls help each other less and less, and never below the floor."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.risk.controls.joint import factor, joint

FACTORS = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8)


def together(values, floor=1e-9):
    return float(joint([np.array([value]) for value in values], rank_weight=0.5, floor=floor)[0])


def test_one_control_counts_fully():
    assert together([0.4]) == pytest.approx(0.4)


def test_the_second_counts_half_and_the_third_a_quarter():
    assert together([0.5, 0.25]) == pytest.approx(0.25 * 0.5**0.5)
    assert together([0.5, 0.25, 0.5]) == pytest.approx(0.25 * 0.5**0.5 * 0.5**0.25)


@given(FACTORS, st.floats(0.01, 1.0))
def test_another_control_never_hurts(values, more):
    assert together([*values, more]) <= together(values) * (1 + 1e-12)


@given(FACTORS)
def test_never_better_than_plain_multiplication(values):
    assert together(values) >= reduce(float.__mul__, values) * (1 - 1e-12)


@given(FACTORS, st.floats(0.05, 0.9))
def test_never_below_the_floor(values, floor):
    assert together(values, floor) >= floor


@given(FACTORS)
def test_order_does_not_matter(values):
    assert together(values) == pytest.approx(together(values[::-1]))


def test_half_in_place_where_the_weakest_decides():
    full, half = np.array([0.4]), np.array([0.5])
    assert factor(full, half, weakest=False)[0] == pytest.approx(0.7)
    assert factor(full, half, weakest=True)[0] == pytest.approx(0.85)
    for weakest in (False, True):
        assert factor(full, np.array([0.0]), weakest=weakest)[0] == 1
        assert factor(full, np.array([1.0]), weakest=weakest)[0] == pytest.approx(0.4)
