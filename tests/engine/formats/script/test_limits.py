"""Hostile scripts: bounded work, and a limit is never silence."""

import random
import time

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.registry import parser_of
from anshin.engine.formats.script import analyse
from anshin.engine.formats.script.analyse import DEPTH, LAYERS
from anshin.engine.limits import Limits
from benchmarks.fuzz.targets import html, script, shortcut
from tests.engine.script_texts import plain64

ACTION = "Set-Mp¦Preference -DisableRealtime¦Monitoring $true"


def test_layers_deeper_than_the_limit_are_a_gap():
    text = ACTION
    for _ in range(DEPTH + 2):
        text = f"[Convert]::FromBase64String('{plain64(text)}') | iex"
    found = analyse(text, "powershell", Budget(Limits()))
    assert {p.gap for p in found.problems} == {"depth"}


def test_more_layers_than_the_limit_are_a_gap():
    text = "\n".join(f"iex $x; $a{n} = '{plain64(f'{ACTION} # {n}')}'" for n in range(LAYERS + 10))
    found = analyse(text, "powershell", Budget(Limits()))
    assert {p.gap for p in found.problems} == {"members"}
    assert len(found.layers) == LAYERS


@pytest.mark.parametrize("target", [script, html, shortcut], ids=lambda t: t.__name__.rpartition(".")[2])
def test_cut_and_flipped_files_end_well(target):
    choose = random.Random(7)
    for seed in target.SEEDS:
        for _ in range(3):
            target.run(seed[: choose.randrange(len(seed) + 1)])
            data = bytearray(seed)
            for _ in range(choose.randrange(1, 6)):
                data[choose.randrange(1, len(data))] = choose.randrange(256)
            target.run(bytes(data))


@pytest.mark.parametrize("step", [1])
def test_link_cut_at_every_length(step):
    seed = max(shortcut.SEEDS, key=len)
    parser = parser_of("lnk")
    assert parser is not None
    for size in range(0, len(seed), step):
        found = parser(seed[1:size], Budget(Limits()))
        if size <= 76:
            assert any(p.gap == "damaged" for p in found.problems)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("javascript", "(" * 50_000),
        ("javascript", "a=[" * 20_000),
        ("javascript", "'a'+" * 40_000 + "'b'"),
        ("javascript", "x='a';" + "x=x+x;" * 60),
        ("javascript", "eval(" * 5_000),
        ("javascript", "'" + "\\x41" * 60_000 + "'"),
        ("powershell", "$a=" + "('a','b')*99999;" * 500),
        ("powershell", "1..99999|%{" * 2_000),
        ("powershell", "[char]" * 20_000),
        ("powershell", "`" * 100_000),
        ("powershell", '"' * 50_001),
        ("vbscript", "Chr(65)&" * 30_000),
        ("vbscript", 'x = String(999999999, "a") : ' * 300),
        ("batch", "set a=%a%%a%\r\n" * 3_000 + "%a%" * 20),
        ("batch", "set a=x\r\n" + "set a=%a%%a%%a%\r\n" * 500 + "%a%%a%%a%%a%%a%%a%"),
        ("python", "exec(" + "'a' " * 30_000 + ")"),
        ("python", "'''" * 30_001),
        ("php", "<?php " + "eval(strrev(" * 8_000),
        ("php", "<?php $a='a';" + "$a.=$a;" * 80),
        ("shell", "a=b;" * 20_000 + "$a$a$a " * 9_000),
        ("html", "<script" * 20_000),
        ("html", "<a href='" * 20_000),
        ("html", "<!--" * 30_000),
        ("html", "<iframe " + "a=b " * 30_000),
        ("html", "data:x;base64," * 10_000),
        ("wsf", "<job><script language=vbscript>" * 3_000),
    ],
)
def test_hostile_text_costs_little(kind, text):
    parser = parser_of(kind)
    assert parser is not None
    started = time.process_time()
    parser(text.encode(), Budget(Limits()))
    assert time.process_time() - started < 10


def test_tokens_and_signs_are_bounded():
    parser = parser_of("javascript")
    assert parser is not None
    found = parser(" ".join(f"word{n}" for n in range(20_000)).encode(), Budget(Limits()))
    assert len(found.tokens) <= 4096
