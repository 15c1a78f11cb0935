"""What no model may learn from, and what trees are trained without for comparison."""

from fnmatch import fnmatchcase
from importlib import resources

import numpy as np
import yaml

from anshin.engine.features import names as feature_names
from anshin.engine.features.vector import TOKEN_BINS, hashed
from anshin.training.evaluate.family import ablations
from anshin.training.trees.columns import kept_out, without


def test_trees_never_ask_about_size_or_architecture():
    names = ("fact:log_size", "fact:b", "word:3")
    features = np.ones((2, 3), dtype=np.float32)
    assert without(features, names, kept_out("powershell"))[0].tolist() == [0.0, 1.0, 1.0]
    assert "fact:machine_i386" in [n for n in feature_names("pe") if any(fnmatchcase(n, p) for p in kept_out("pe"))]
    for family in ("javascript", "powershell", "php", "pe", "elf"):
        for pattern in kept_out(family):  # a renamed feature must not slip back in
            assert any(fnmatchcase(n, pattern) for n in feature_names(family)), pattern


def test_words_are_taken_out_with_the_column_they_are_hashed_into():
    names = tuple(f"word:{n}" for n in range(TOKEN_BINS))
    found = without(np.ones((1, TOKEN_BINS), dtype=np.float32), names, (), ["wscript"])
    assert np.flatnonzero(found[0] == 0).tolist() == np.flatnonzero(hashed(["wscript"], TOKEN_BINS)).tolist()
    for row in ablations().values():
        for pattern in row["features"]:
            assert any(fnmatchcase(n, pattern) for n in feature_names("javascript")), pattern
        assert words(row["name"])


def words(name: str) -> dict[str, str]:
    text = resources.files("anshin.training.evaluate").joinpath("words.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)[f"model_{name}"])
