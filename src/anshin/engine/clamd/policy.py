"""How a verdict becomes one of the three things that clamd can say: FOUND, OK or ERROR."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from anshin.engine.clamd import replies
from anshin.engine.verdict import Status, Verdict

Suspicious = Literal["found", "ok"]
Incomplete = Literal["error", "found", "ok"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a client is told where clamd has no word for what the engine knows."""

    suspicious: Suspicious = "found"
    incomplete: Incomplete = "error"
    """A file that was not fully scanned. "ok" lets it pass; that is the client's own risk, and never the default."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text for one file, and what it amounts to."""

    text: bytes
    outcome: Literal["FOUND", "OK", "ERROR"]


_UNREADABLE = {
    "missing": "File path check failure: No such file or directory.",
    "permission": "Access denied.",
    "not_a_file": "Not supported file type",
    "io": "Can't open file or directory",
}
"""clamd's own sentences: some clients look for them."""


def answer(verdict: Verdict, policy: Policy) -> Answer:
    """Return what a client is told of a file."""
    match verdict.status:
        case Status.MALICIOUS:
            return _found(replies.signature(_code(verdict)))
        case Status.SUSPICIOUS if policy.suspicious == "found":
            return _found(replies.signature(_code(verdict), "suspicious"))
        case Status.INCOMPLETE:
            return _incomplete(verdict, policy)
        case Status.UNREADABLE:
            return error(why_unreadable(verdict))
        case _ if verdict.gaps:  # suspicious, passed on a person's wish, and not even fully scanned
            return _incomplete(verdict, policy)
        case _:
            return Answer(b"OK", "OK")


def error(why: str) -> Answer:
    """Return the answer for a file of which nothing can be said."""
    return Answer(replies.error(why), "ERROR")


def why_unreadable(verdict: Verdict) -> str:
    """Return clamd's sentence for a file that could not be read."""
    code = verdict.reasons[0].code.removeprefix("unreadable.") if verdict.reasons else "io"
    return _UNREADABLE.get(code, _UNREADABLE["io"])


def all_signatures(verdict: Verdict, policy: Policy) -> Iterator[Answer]:
    """Yield an answer for every finding of a file that was found to be bad: what ALLMATCHSCAN asks for."""
    kind = "" if verdict.status is Status.MALICIOUS else "suspicious"
    names = dict.fromkeys(replies.signature(r.code, kind) for r in verdict.reasons if r.weight > 0)
    if answer(verdict, policy).outcome != "FOUND" or verdict.status is Status.INCOMPLETE or not names:
        yield answer(verdict, policy)
        return
    yield from (_found(name) for name in names)


def _incomplete(verdict: Verdict, policy: Policy) -> Answer:
    codes: list[str] = list(dict.fromkeys(gap.code for gap in verdict.gaps)) or ["unknown"]
    match policy.incomplete:
        case "ok":
            return Answer(b"OK", "OK")
        case "found":
            return _found(replies.signature(codes[0], "incomplete"))
        case "error":
            return error(f"Not fully scanned ({', '.join(codes)})")


def _found(name: str) -> Answer:
    return Answer(replies.found(name), "FOUND")


def _code(verdict: Verdict) -> str:
    return verdict.reasons[0].code if verdict.reasons else "unknown"
