"""The rule that takes a model back, at its borders."""

import pytest

from anshin.console.fleet.rollout.alarm import AlarmRule, Rate, jumped

RULE = AlarmRule(3.0, 5)


@pytest.mark.parametrize(
    ("after", "before", "is_alarm"),
    [
        (Rate(5, 1.0), Rate(0, 0.0), True),  # no baseline at all: half a detection in one device-day
        (Rate(4, 1.0), Rate(0, 0.0), False),  # fewer than the rule's minimum
        (Rate(5, 100.0), Rate(0, 10.0), False),  # 0.05 a day against 3 × 0.05
        (Rate(9, 10.0), Rate(29, 100.0), True),  # 0.9 > 3 × 0.295
        (Rate(9, 10.0), Rate(30, 100.0), False),  # 0.9 < 3 × 0.305
        (Rate(1000, 0.0), Rate(0, 0.0), False),  # nobody uses it
    ],
)
def test_jump(after, before, is_alarm):
    assert jumped(after, before, RULE) is is_alarm
