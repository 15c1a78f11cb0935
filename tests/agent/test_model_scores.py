"""Counts of scores add up over a week, also over a restart, and old weeks are forgotten."""

from datetime import UTC, datetime, timedelta

from anshin.agent.model_scores import ScoreBook
from anshin.wire.models import week_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ONE = {("shell", "2026.11.1"): [1] + [0] * 19}


def test_counts_add_up_over_restarts(tmp_path):
    for _ in range(3):
        ScoreBook(tmp_path / "s.json").add(ONE, now=NOW)
    (total,) = ScoreBook(tmp_path / "s.json").totals()
    assert (total.week, total.family, total.counts[0]) == ("2026-W48", "shell", 3)


def test_two_weeks_are_kept(tmp_path):
    book = ScoreBook(tmp_path / "s.json")
    for weeks in range(4):
        book.add(ONE, now=NOW + timedelta(weeks=weeks))
    assert [one.week for one in book.totals()] == ["2026-W50", "2026-W51"]


def test_week_belongs_to_the_year_of_its_thursday():
    assert week_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


def test_damaged_file_begins_anew(tmp_path):
    (tmp_path / "s.json").write_text("{")
    book = ScoreBook(tmp_path / "s.json")
    assert book.totals() == ()
    book.add(ONE, now=NOW)
    assert len(book.totals()) == 1
