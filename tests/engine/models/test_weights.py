"""From a probability to a weight, and sessions that start when they are needed."""

import pytest

from anshin.engine.models.manifest import Threshold
from anshin.engine.models.package import read_package
from anshin.engine.models.scoring import ALONE, Model, ModelSet, weight_of
from anshin.engine.verdict import Thresholds
from tests.engine.model_packages import TRUSTED, make_package


def manifest(protect: float):
    found = read_package(make_package(), TRUSTED).manifest
    return found.model_copy(update={"protect": found.protect.model_copy(update={"probability": protect})})


def test_weight_grows_from_threshold_to_threshold():
    weights = [weight_of(manifest(0.9), p) for p in (0.0, 0.3, 0.5, 0.7, 0.9, 0.999999)]
    assert weights == sorted(weights)
    assert weights[2] == Thresholds().suspicious
    assert weights[4] == Thresholds().malicious


@pytest.mark.parametrize("probability", [0.9, 0.999, 1.0])
def test_model_without_a_threshold_to_protect_never_blocks_by_itself(probability: float):
    assert Thresholds().suspicious < weight_of(manifest(1.0), probability) <= ALONE < Thresholds().malicious


def test_threshold_is_a_probability():
    with pytest.raises(ValueError, match="less than or equal"):
        Threshold(probability=1.1, target_fpr=0.1, fpr=0, fpr_upper=0, tpr=0, benign=0, malicious=0)


def test_sessions_start_at_the_first_file_or_at_once(monkeypatch):
    started = []
    monkeypatch.setattr(Model, "load", lambda self: started.append(self.package.name))
    package = read_package(make_package(), TRUSTED)
    later = ModelSet([package], at_once=False)
    assert later.has("shell")
    assert later.version == package.name
    assert started == []
    ModelSet([package])
    assert started == [package.name]
