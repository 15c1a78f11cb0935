"""The board's one rule, and that it shows what fleet and cases say."""

from collections import defaultdict

import pytest
from django.urls import reverse

from anshin.console.cases.operations import CaseSummary
from anshin.console.fleet.operations import FleetSummary
from anshin.console.people.board import Row, rows_of
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from anshin.console.web.home import judge


def row(fleet, cases):
    return Row(Organisation(name="N"), FleetSummary(**fleet), CaseSummary(**cases))


def test_order_is_urgent_then_waiting_for_the_desk_then_the_rest():
    rows = [
        row({"total": 2, "safe": 1, "urgent": 1, "not_blocked": 1, "unhandled": 1}, {}),
        row({"total": 2, "safe": 2}, {"open": 1, "with_desk": 1}),
        row({"total": 2, "safe": 1, "attention": 1}, {}),
        row({"total": 0}, {}),
        row({"total": 2, "safe": 2}, {}),
    ]
    assert [r.weight for r in rows] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("fleet", "cases"),
    [
        ({"total": 2, "safe": 2}, {}),
        ({"total": 1, "attention": 1}, {}),
        ({"total": 1, "safe": 1}, {"open": 1}),
        ({}, {}),
    ],
)
def test_a_company_is_on_the_board_as_it_is_on_its_home(fleet, cases):
    assert row(fleet, cases).state == judge(FleetSummary(**fleet), CaseSummary(**cases)).state


@pytest.fixture
def figures(cast, monkeypatch):
    """The second company needs its provider at once, the first is well."""
    second = FleetSummary(total=3, safe=2, urgent=1, unhandled=1, not_blocked=1)
    fleets = defaultdict(FleetSummary, {cast.company.id: FleetSummary(total=12, safe=12), cast.other.id: second})
    cases = defaultdict(CaseSummary, {cast.other.id: CaseSummary(open=2, with_desk=1)})
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
    assert csv[1] == f"{cast.other.name},urgent,3,2,1,2,1,"
    assert len(csv) == 3
