"""What is read of Java classes and archives, and that no bytes whatever break the reading."""

import random

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.java import pool
from anshin.engine.formats.java.parse import parse, parse_class
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats.java_builder import jar, java_class
from tests.engine.indicator_cases.java import CASES
from tests.engine.samples import reason_codes

_RICH = java_class("text", "日本", calls=(("java/lang/Runtime", "exec"),), name="x/Main")


def parsed(data: bytes, **limits: float) -> Parsed:
    return parse_class(data, Budget(Limits(**limits)))  # type: ignore[arg-type]


def test_names_and_calls_are_read():
    found = pool.read(_RICH)
    assert (found.name, found.parent) == ("x/Main", "java/lang/Object")
    assert found.calls == ["java/lang/Runtime.exec"]
    assert (found.version, found.texts, found.damaged) == (52, 2, False)


def test_one_bad_class_makes_the_archive_bad(judge):
    found = judge(jar(*[java_class(f"n{n}") for n in range(50)], CASES["java.thief"].positive))
    assert found.status is Status.MALICIOUS
    assert "java.thief" in reason_codes(found)


def test_what_stands_in_different_classes_is_not_put_together(judge):
    accounts = java_class("launcher_" + "accounts.json", "feather/" + "accounts.json")
    chat = java_class("https://discord.com/api/" + "webhooks/1")
    assert judge(jar(accounts, chat)).status is Status.CLEAN


def test_the_class_that_starts_is_always_among_those_read():
    classes = [java_class(f"n{n}") for n in range(200)]
    names = tuple(f"p/C{n}lass.class" for n in range(200))
    classes[77] = java_class("x", calls=(("java/awt/Robot", "keyPress"),))
    data = jar(*classes, names=names, fields="Main-Class: p.C77lass\r\n")
    assert "calls java/awt/Robot.keyPress" in parse(data, Budget(Limits())).tokens


def test_every_length_is_survived_and_never_clean(judge):
    for end in range(8, len(_RICH) - 12):
        assert [p.gap for p in parsed(_RICH[:end]).problems] == ["damaged"]
    archive = jar(_RICH)
    for end in range(len(archive)):
        parse(archive[:end], Budget(Limits()))


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_are_survived(seed):
    chance = random.Random(seed)
    for which in (_RICH, jar(_RICH)):
        for _ in range(400):
            data = bytearray(which)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            parsed(bytes(data))
            parse(bytes(data), Budget(Limits()))


def test_huge_counts_cost_little():
    assert parsed(b"\xca\xfe\xba\xbe\0\0\0\x34\xff\xff" + b"\x08\0\x01" * 65_534 + bytes(20), seconds=3).facts
    assert parsed(b"\xca\xfe\xba\xbe\0\0\0\x34\xff\xff" + b"\x0a\0\x01\0\x01" * 65_534 + bytes(20), seconds=3).facts


def test_the_time_that_is_over_ends_the_reading():
    ticks = iter(range(100))
    with pytest.raises(LimitHit):
        parse(jar(_RICH), Budget(Limits(seconds=1), clock=lambda: float(next(ticks))))
