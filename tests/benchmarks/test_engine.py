"""What the engine's benchmark says of counts and files."""

import pytest

from benchmarks.engine.bound import upper
from benchmarks.engine.files import below, kind_of, samples


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
