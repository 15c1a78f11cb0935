import pytest

from anshin.engine.budget import Budget, Meter
from anshin.engine.errors import LimitHit
from anshin.engine.limits import MIB, Limits


@pytest.mark.parametrize("field", ["depth", "members", "seconds", "memory_bytes"])
def test_a_limit_of_zero_is_refused_by_name(field):
    with pytest.raises(ValueError, match=field):
        Limits(**{field: 0})


def test_time_members_depth_and_bytes_are_counted_together():
    now = [0.0]
    budget = Budget(Limits(seconds=5, members=2, depth=3, total_bytes=100), clock=lambda: now[0])
    budget.enter(3)
    with pytest.raises(LimitHit, match="depth"):
        budget.enter(4)
    budget.enter(1)
    with pytest.raises(LimitHit, match="members"):
        budget.enter(1)
    with pytest.raises(LimitHit, match="bytes"):
        budget.spend(101)
    now[0] = 5.0
    with pytest.raises(LimitHit) as hit:
        budget.check_time()
    assert hit.value.code == "time"


def test_the_ratio_counts_only_above_its_floor():
    meter = Meter(Budget(Limits(ratio=10)), packed=1000)
    meter.spend(16 * MIB)
    with pytest.raises(LimitHit) as hit:
        meter.spend(1)
    assert hit.value.code == "ratio"
