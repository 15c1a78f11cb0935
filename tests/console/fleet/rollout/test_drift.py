"""Scores that moved are shown, and only those; numbers are checked against a hand calculation."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin.console.fleet.rollout.models import ScoreWeek
from anshin.console.fleet.rollout.operations.drift import Reports, drift_of
from anshin.console.fleet.rollout.psi import stability_index
from anshin.console.people.roles import Role
from anshin.wire.models import week_of
from tests.console.fleet.rollout.conftest import tell

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def histogram(low: int, high: int) -> list[int]:
    return [low] + [0] * 18 + [high]


def test_index_against_a_hand_calculation():
    # two bins, shares 0.9/0.1 against 0.5/0.5: 0.4·ln 1.8 + (-0.4)·ln 0.2
    by_hand = 0.4 * math.log(1.8) - 0.4 * math.log(0.2)
    assert stability_index([900_000, 100_000], [500_000, 500_000]) == pytest.approx(by_hand, abs=1e-4)
    assert stability_index([5000, 5000], [5000, 5000]) == pytest.approx(0, abs=1e-9)


def test_too_few_scores_say_nothing():
    assert stability_index([999, 0], [5000, 5000]) is None
    with pytest.raises(ValueError, match="different lengths"):
        stability_index([1], [1, 2])


def keep(agent, week: str, counts: list[int], version: str = "2026.11.1") -> None:
    tell(agent, scores=({"week": week, "family": "shell", "version": version, "counts": counts},))


def test_moved_scores_are_found_and_versions_are_not_mixed(desk, make_agent):
    first, second = make_agent(), make_agent(label="倉庫PC")
    last = week_of(NOW - timedelta(weeks=1))
    for weeks in range(2, 6):
        keep(first, week_of(NOW - timedelta(weeks=weeks)), histogram(900, 10))
    keep(first, last, histogram(500, 200))
    keep(second, last, histogram(500, 300))
    keep(second, last, histogram(1500, 5), version="2026.11.2")
    rows = drift_of(desk.cast.provider, now=NOW)
    assert [(r.version, r.moved) for r in rows] == [("2026.11.1", True), ("2026.11.2", False)]
    assert rows[0].now[0] == 1000
    assert rows[0].before[-1] == 40
    assert rows[1].index is None


def test_steady_scores_are_not_moved(desk, agent):
    for weeks in range(1, 6):
        keep(agent, week_of(NOW - timedelta(weeks=weeks)), histogram(1900 + weeks, 20))
    (row,) = drift_of(desk.cast.provider, now=NOW)
    assert row.index is not None
    assert row.index < 0.01


def test_totals_told_twice_count_once(desk, agent):
    keep(agent, "2026-W48", histogram(5, 1))
    keep(agent, "2026-W48", histogram(7, 1))
    with scopes_disabled():
        assert ScoreWeek.objects.get().counts == histogram(7, 1)


def test_other_providers_devices_do_not_count(desk, agent, cast):
    keep(agent, week_of(NOW - timedelta(weeks=1)), histogram(5000, 1))
    with scopes_disabled():
        cast.company.provider = None
        cast.company.kind = "provider"
        cast.company.save()
    assert drift_of(cast.provider, now=NOW) == []


@pytest.mark.parametrize(
    ("now", "before", "rising"), [(2, 0.0, False), (3, 0.0, True), (3, 1.5, False), (4, 1.5, True)]
)
def test_rising_reports(now, before, rising):
    assert Reports("shell", now, before).rising is rising


@pytest.mark.parametrize(("language", "said"), [("ja", "ずれています"), ("en", "Has moved")])
def test_page_says_what_moved(desk, agent, cast, language, said):
    now = timezone.now()
    client = cast.client(Role.ANALYST, language=language)
    address = f"/p/{cast.provider.id}/models/drift/"
    assert said not in client.get(address).content.decode()
    keep(agent, week_of(now - timedelta(weeks=2)), histogram(3000, 10))
    keep(agent, week_of(now - timedelta(weeks=1)), histogram(2000, 1000))
    assert said in client.get(address).content.decode()
