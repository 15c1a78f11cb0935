"""What clients are told, byte for byte, and that nothing unclear ever reads as OK."""

from typing import get_args

import pytest

from anshin.engine.clamd import replies
from anshin.engine.clamd.commands import Command
from anshin.engine.clamd.policy import Policy, all_signatures, answer
from anshin.engine.verdict import FileType, Gap, Reason, Status, Verdict, Versions
from anshin.engine.wording import GAP_CODES, gap, unreadable

RULE = Reason(code="rule.eicar", weight=1.0, ja="。", en=".")
MILD = Reason(code="rule.user.my rule", weight=0.6, ja="。", en=".")


def verdict(status: Status, *, reasons: tuple[Reason, ...] = (), gaps: tuple[Gap, ...] = ()) -> Verdict:
    return Verdict(
        sha256="",
        size=1,
        name="x",
        type=FileType(kind="zip", mime="application/zip", decided_by="magic"),
        status=status,
        score=0.5,
        reasons=reasons,
        gaps=gaps,
        versions=Versions(engine="1", rules="2"),
        cpu_ms=0,
    )


def test_lines_as_clamd_writes_them():
    plain, numbered = Command("SCAN", end=b"\n"), Command("SCAN", number=7, end=b"\0")
    assert replies.line(plain, b"OK", path=b"/a") == b"/a: OK\n"
    assert replies.line(numbered, replies.found("Anshin.rule.eicar"), path=b"/a") == b"7: /a: Anshin.rule.eicar FOUND\0"
    assert replies.line(numbered, b"PONG") == b"7: PONG\0"
    assert replies.line(plain, b"PONG") == b"PONG\n"


def test_a_name_with_a_line_break_cannot_answer_for_another_file():
    evil = b"/a: OK\n/b"
    told = replies.line(Command("SCAN", end=b"\n"), b"Anshin.x FOUND", path=evil)
    assert told == b"/a: OK?/b: Anshin.x FOUND\n"
    assert (
        replies.line(Command("SCAN", end=b"\0"), b"OK", path=evil) == evil + b": OK\0"
    )  # the same length: Samba counts


@pytest.mark.parametrize("rule", ["a b", "x\ny: OK", "é" * 9, "n" * 900, "FOUND\0OK"])
def test_the_name_of_a_rule_cannot_change_the_answer(rule):
    name = replies.signature(f"rule.user.{rule}")
    assert name.isascii()
    assert not set(name) & set(" \n\0:")
    assert len(name) <= 200


def test_what_each_status_reads_as():
    policy = Policy()
    assert answer(verdict(Status.CLEAN), policy).text == b"OK"
    assert answer(verdict(Status.MALICIOUS, reasons=(RULE,)), policy).text == b"Anshin.rule.eicar FOUND"
    assert (
        answer(verdict(Status.SUSPICIOUS, reasons=(MILD,)), policy).text == b"Anshin.suspicious.rule.user.my_rule FOUND"
    )
    half = verdict(Status.INCOMPLETE, gaps=(gap("encrypted"), gap("size"), gap("encrypted")))
    assert answer(half, policy).text == b"Not fully scanned (encrypted, size) ERROR"
    assert answer(half, Policy(incomplete="found")).text == b"Anshin.incomplete.encrypted FOUND"
    assert answer(half, Policy(incomplete="ok")).text == b"OK"


@pytest.mark.parametrize("code", GAP_CODES)
@pytest.mark.parametrize("status", [s for s in Status if s is not Status.CLEAN])
def test_nothing_but_clean_reads_as_ok_unless_a_person_wished_it(status, code):
    told = answer(verdict(status, reasons=(RULE,), gaps=(gap(code),)), Policy())
    assert told.outcome != "OK"
    passed = answer(verdict(status, reasons=(RULE,), gaps=(gap(code),)), Policy(suspicious="ok"))
    assert passed.outcome != "OK"


@pytest.mark.parametrize("why", ["missing", "permission", "not_a_file", "io"])
def test_what_cannot_be_read_is_an_error_whatever_is_wished(why):
    unread = verdict(Status.UNREADABLE, reasons=(unreadable(why),))
    for incomplete in ("error", "found", "ok"):
        assert answer(unread, Policy(suspicious="ok", incomplete=incomplete)).outcome == "ERROR"


def test_all_matches_are_named_once_each():
    both = verdict(Status.MALICIOUS, reasons=(RULE, MILD, RULE))
    assert [a.text for a in all_signatures(both, Policy())] == [
        b"Anshin.rule.eicar FOUND",
        b"Anshin.rule.user.my_rule FOUND",
    ]
    assert [a.text for a in all_signatures(verdict(Status.CLEAN), Policy())] == [b"OK"]


def test_the_answers_are_the_three_words_of_clamd():
    assert set(get_args(type(answer(verdict(Status.CLEAN), Policy())).__annotations__["outcome"])) == {
        "FOUND",
        "OK",
        "ERROR",
    }
