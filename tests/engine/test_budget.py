"""What a budget remembers of a file: for as long as it is looked at, and no more than there is room for."""

from anshin.engine.budget import NOTED, Budget
from anshin.engine.limits import Limits


def test_notes_of_a_content_are_seen_inside_it_and_forgotten_with_it():
    budget = Budget(Limits())
    budget.begin()
    budget.note("key", 1)
    budget.begin()
    budget.note("inner", 2)
    assert (budget.noted("key"), budget.noted("inner")) == (1, 2)
    budget.end()
    assert (budget.noted("key"), budget.noted("inner")) == (1, None)
    budget.end()
    assert budget.noted("key") is None


def test_the_nearest_note_counts():
    budget = Budget(Limits())
    budget.note("key", 1)
    budget.begin()
    budget.note("key", 2)
    assert budget.noted("key") == 2


def test_notes_hold_no_more_than_there_is_room_for():
    budget = Budget(Limits())
    budget.note("a", 1, size=NOTED)
    budget.begin()
    budget.note("b", 2, size=1)
    budget.note("c", 3)
    assert (budget.noted("a"), budget.noted("b"), budget.noted("c")) == (1, None, 3)
    budget.end()
    other = Budget(Limits())
    other.begin()
    other.note("a", 1, size=NOTED)
    other.end()
    other.note("b", 2, size=1)
    assert other.noted("b") == 2
