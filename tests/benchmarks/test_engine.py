"""What the engine's benchmark says of counts and files."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.engine.bound import upper
from benchmarks.engine.files import below, kind_of, samples
from benchmarks.engine.page import write_pages


@pytest.mark.parametrize(
    ("hits", "trials", "bound"),
    [(0, 3000, 0.000998), (0, 30, 0.0950), (1, 100, 0.0466), (5, 100, 0.1023), (10, 10, 1.0), (0, 0, 1.0)],
)
def test_the_upper_bound_of_a_rate(hits, trials, bound):
    """Compared with the tables of Clopper and Pearson, one-sided, 95 %."""
    assert upper(hits, trials) == pytest.approx(bound, rel=0.01)


def test_files_are_told_apart_by_what_they_are(tmp_path):
    (tmp_path / "a.exe").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "link").symlink_to(tmp_path / "a.exe")
    assert [p.name for p in below([tmp_path])] == ["a.exe"]
    assert kind_of(tmp_path / "a.exe") == "pdf"
    found = samples([tmp_path], largest=100, each=5)
    assert found["pdf"][0].read() == b"%PDF-1.7\n"
    assert len(found["pdf"]) == 5  # the machine has few, so what was made for the tests is measured too
    assert all(sample.read() for group in found.values() for sample in group)


def test_page_of_false_alarms_tells_every_count_and_every_alarm(tmp_path: Path):
    (tmp_path / "reference").mkdir()
    document: dict[str, Any] = {
        "folders": ["/usr", ".venv"],
        "date": "2026-11-25",
        "alarms": {
            "elf": {"files": 3000, "alarms": [], "upper_95": 0.000998, "gaps": {"size": 2}},
            "pdf": {"files": 10, "alarms": ["suspicious 0.55 /usr/x.pdf []"], "upper_95": 0.394, "gaps": {}},
        },
    }
    write_pages(document, tmp_path)
    for language in ("ja", "en"):
        text = (tmp_path / "reference" / f"false-alarms.{language}.md").read_text()
        assert "| elf | 3,000 | 0 | 0.0998% | size 2 |" in text
        assert "| pdf | 10 | 1 | 39.4000% |  |" in text
        assert "- `suspicious 0.55 /usr/x.pdf []`" in text
        assert "3,010" in text
    document["alarms"]["pdf"]["alarms"] = []
    write_pages(document, tmp_path)
    assert "There was no false alarm." in (tmp_path / "reference" / "false-alarms.en.md").read_text()
