"""Scores are counted by model and bin, of harmless files too, through the jail and without it."""

import pytest

from anshin.engine.examination import Examination, read, written
from anshin.engine.models import read_package
from anshin.engine.scores import BINS, ScoreCounter, bin_of
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from tests.engine.model_packages import TRUSTED, make_package

SCRIPT = b"#!/bin/sh\n" + b"echo hello\n" * 20


@pytest.mark.parametrize(
    ("probability", "at"),
    [(0.0, 0), (1e-6, 0), (0.49, 9), (0.5, 10), (0.7310586, 11), (0.9999999, 19), (1.0, 19)],
)
def test_bins_are_units_of_log_odds(probability, at):
    assert bin_of(probability) == at


@pytest.mark.parametrize("jail", [False, True])
def test_clean_and_dangerous_files_are_counted_once(jail):
    package = read_package(make_package(above=6.5), TRUSTED)
    with Engine(EngineSettings(models=(package,), jail=jail)) as engine:
        assert engine.judge_bytes(SCRIPT, name="a.sh").status is Status.CLEAN
        assert engine.judge_bytes(SCRIPT, name="a.sh").status is Status.CLEAN
        assert engine.judge_bytes(SCRIPT * 9, name="b.sh").reasons[0].code == "model.shell"
        counts = engine.take_scores()
        assert engine.take_scores() == {}
    assert list(counts) == [("shell", "2026.11.1")]
    found = counts["shell", "2026.11.1"]
    assert (len(found), sum(found), found[4], found[16]) == (BINS, 2, 1, 1)  # -6 and 6 in log-odds


def test_files_without_a_model_are_not_counted():
    with Engine(EngineSettings(models=(), jail=False)) as engine:
        engine.judge_bytes(SCRIPT, name="a.sh")
        assert engine.take_scores() == {}


def test_versions_of_unknown_families_are_left_out():
    counter = ScoreCounter()
    counter.count([("shell", 3), ("pe", 4)], "shell-2026.11.1")
    assert list(counter.take()) == [("shell", "2026.11.1")]


@pytest.mark.parametrize("score", [("../x", 3), ("shell", 20), ("shell", -1)])
def test_what_is_no_score_is_not_taken_from_a_worker(score):
    with Engine(EngineSettings(models=(), jail=False)) as engine:
        verdict = engine.judge_bytes(b"x", name="x")
    assert read(written(Examination(verdict, (), (("shell", 3),)))).scores == (("shell", 3),)
    with pytest.raises(ValueError, match="not a score"):
        read(written(Examination(verdict, (), (score,))))
