"""The board's one rule, and that it shows what fleet and cases say."""

import pytest
from django.urls import reverse

from anshin.console.cases.operations import CaseSummary
from anshin.console.fleet.operations import FleetSummary
from anshin.console.people.board import Row, rows_of
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role


@pytest.mark.parametrize(
    ("fleet", "cases", "state"),
    [
        ({}, {}, "unknown"),
        ({"total": 2, "safe": 2}, {}, "safe"),
        ({"total": 2, "safe": 1, "unknown": 1}, {}, "unknown"),
        ({"total": 2, "safe": 1, "attention": 1}, {}, "attention"),
        ({"total": 1, "safe": 1, "unhandled": 1}, {}, "attention"),
        ({"total": 1, "safe": 1}, {"open": 1}, "attention"),
        ({"total": 1, "safe": 1}, {"open": 1, "with_desk": 1}, "urgent"),
        ({"total": 2, "safe": 1, "urgent": 1}, {}, "urgent"),
        ({"total": 1, "safe": 1, "unhandled": 1, "not_blocked": 1}, {}, "urgent"),
    ],
)
def test_state_is_the_worst_of_devices_detections_and_cases(fleet, cases, state):
    assert Row(Organisation(name="N"), FleetSummary(**fleet), CaseSummary(**cases)).state == state


@pytest.fixture
def figures(cast, monkeypatch):
    """The second company needs its provider at once, the first is well."""
    fleets = {cast.company.id: FleetSummary(total=12, safe=12), cast.other.id: FleetSummary(total=3, safe=2, urgent=1)}
    cases = {cast.company.id: CaseSummary(), cast.other.id: CaseSummary(open=2, with_desk=1)}
    monkeypatch.setattr("anshin.console.fleet.operations.summaries", lambda _organisations: fleets)
    monkeypatch.setattr("anshin.console.cases.operations.summaries", lambda _organisations: cases)


def test_who_needs_someone_comes_first(cast, figures):
    assert [row.company for row in rows_of([cast.company, cast.other])] == [cast.other, cast.company]


def test_page_and_csv_show_the_figures(cast, figures):
    client = cast.client(Role.ANALYST)
    page = client.get(reverse("provider_board")).content.decode()
    assert "12 / 12" in page
    assert "2 / 3" in page
    csv = client.get(reverse("provider_board"), {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert csv[1] == f"{cast.other.name},urgent,3,2,0,2,1"
    assert len(csv) == 3
