"""Whatever is cut off or changed in an office file, its parser ends in time and raises nothing but a limit."""

import random
import time

import pytest

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.registry import parser_of
from anshin.engine.identify import identify
from anshin.engine.limits import Limits
from tests.engine.rules.test_catalogue import CASES

FAMILIES = ("ole", "office", "vba", "xlm", "ooxml", "rtf", "onenote", "odf", "table")
SAMPLES = {code: case for code, case in CASES.items() if code.split(".")[0] in FAMILIES}


def parsed(kind: str, data: bytes) -> Parsed | None:
    parser = parser_of(kind)
    assert parser is not None, kind
    try:
        return parser(data, Budget(Limits(seconds=5)))
    except LimitHit:
        return None


def kind_of(code: str) -> tuple[str, bytes, str]:
    case = SAMPLES[code]
    kind = identify(BytesContent(case.positive), name=case.name, ask_magika=False).kind
    return kind, case.positive, case.name


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_cut_files_are_read_without_an_error(code):
    kind, data, _ = kind_of(code)
    steps = max(1, len(data) // 60)
    for size in [*range(0, len(data), steps), *range(max(0, len(data) - 12), len(data))]:
        assert parsed(kind, data[:size]) is not None


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_changed_files_are_read_without_an_error(code):
    kind, good, _ = kind_of(code)
    dice = random.Random(code)
    for _ in range(25):
        data = bytearray(good)
        for _ in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        started = time.process_time()
        parsed(kind, bytes(data))
        assert time.process_time() - started < 5


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_what_is_told_stays_bounded(code):
    kind, data, _ = kind_of(code)
    found = parsed(kind, data)
    assert found is not None
    assert len(found.tokens) <= 4096
    assert len(found.members) <= 600
    assert len(found.layers) <= 200
