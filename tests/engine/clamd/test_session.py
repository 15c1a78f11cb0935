"""The protocol as bytes: every way to say a command, every split of the bytes, and every way to say it wrong."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.engine.clamd.commands import SPECS, Command
from anshin.engine.clamd.session import LONGEST_COMMAND, Chunk, Event, Refusal, Session

LIMIT = 1000


def stream(*chunks: bytes) -> bytes:
    return b"".join(struct.pack("!I", len(c)) + c for c in chunks) + bytes(4)


def said(data: bytes) -> list[Event]:
    return Session(LIMIT).receive(data)


def joined(events: list[Event]) -> list[object]:
    """Return the events with neighbouring chunks put together: how a stream is cut means nothing."""
    out: list[object] = []
    for event in events:
        if isinstance(event, Chunk) and out and isinstance(out[-1], bytes):
            out[-1] += event.data
        else:
            out.append(event.data if isinstance(event, Chunk) else event)
    return out


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (b"zPING\0", Command("PING", end=b"\0")),
        (b"nPING\n", Command("PING", end=b"\n")),
        (b"PING\n", Command("PING")),
        (b"PING\r\n", Command("PING")),
        (b"zVERSION\0", Command("VERSION", end=b"\0")),
        (b"zVERSIONCOMMANDS\0", Command("VERSIONCOMMANDS", end=b"\0")),
        (b"zSCAN /a b\nc\0", Command("SCAN", b"/a b\nc", end=b"\0")),
        (b"nCONTSCAN /a\xff\n", Command("CONTSCAN", b"/a\xff")),
        (b"SCAN /x y\n", Command("SCAN", b"/x y")),
        (b"nALLMATCHSCAN /a\n", Command("ALLMATCHSCAN", b"/a")),
    ],
)
def test_each_way_to_say_a_command(data, command):
    assert said(data) == [command]


@pytest.mark.parametrize(
    "data",
    [
        b"zEICAR\0",
        b"zping\0",
        b"zSCAN\0",
        b"zSCAN \0",
        b"zSCANNER /a\0",
        b"zPING x\0",
        b"z\0",
        b"\n",
        b"INSTREAM\n",
        b"STATS\n",
        b"zEND\0",
    ],
)
def test_what_nobody_knows_is_refused_and_ends_the_connection(data):
    session = Session(LIMIT)
    (event,) = session.receive(data)
    assert isinstance(event, Refusal)
    assert event.reply.startswith(b"UNKNOWN COMMAND")
    assert session.ended
    assert session.receive(b"zPING\0") == []


def test_without_a_session_the_first_command_is_the_only_one():
    assert said(b"zPING\0zPING\0") == [Command("PING", end=b"\0")]


def test_a_session_numbers_its_commands_and_ends():
    session = Session(LIMIT)
    events = session.receive(b"zIDSESSION\0zPING\0zSCAN /a\0zINSTREAM\0" + stream(b"abc") + b"zPING\0zEND\0zPING\0")
    assert joined(events) == [
        Command("PING", number=1, end=b"\0"),
        Command("SCAN", b"/a", 2, b"\0"),
        b"abc",
        Command("INSTREAM", number=3, end=b"\0"),
        Command("PING", number=4, end=b"\0"),
    ]
    assert session.ended


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"PING\n", b"1: Only nCMDS\\n and zCMDS\\0 are accepted inside IDSESSION. ERROR\n"),
        (b"zRELOAD\0", b"1: Command invalid inside IDSESSION. ERROR\0"),
        (b"zIDSESSION\0", b"1: Command invalid inside IDSESSION. ERROR\0"),
        (b"zCONTSCAN /a\0", b"1: Command invalid inside IDSESSION. ERROR\0"),
    ],
)
def test_what_a_session_does_not_take(data, reply):
    assert said(b"zIDSESSION\0" + data) == [Refusal(reply)]


def test_an_old_client_without_any_ending_is_understood_after_a_pause():
    session = Session(LIMIT)
    assert session.receive(b"PI") == []
    assert session.plain_pending
    assert session.receive(b"NG") == []
    assert session.pause() == [Command("PING")]
    assert Session(LIMIT).pause() == []


def test_a_pause_does_not_end_a_command_with_a_prefix():
    session = Session(LIMIT)
    session.receive(b"zSCAN /half")
    assert session.pause() == []
    assert session.receive(b"way\0") == [Command("SCAN", b"/halfway", end=b"\0")]


def test_a_stream_comes_in_pieces_and_then_the_command():
    assert joined(said(b"nINSTREAM\n" + stream(b"ab", b"cd"))) == [b"abcd", Command("INSTREAM")]
    assert said(b"zINSTREAM\0" + stream()) == [Command("INSTREAM", end=b"\0")]


@pytest.mark.parametrize("chunks", [(LIMIT + 1,), (LIMIT, 1), (2**32 - 1,)])
def test_a_stream_above_the_limit_is_refused_before_it_arrives(chunks):
    session = Session(LIMIT)
    events = session.receive(b"zINSTREAM\0")
    for length in chunks:
        events += session.receive(struct.pack("!I", length))
        if not session.ended:
            events += session.receive(bytes(length))
    assert events[-1] == Refusal(b"INSTREAM size limit exceeded. ERROR\0")
    assert session.ended


def test_a_stream_of_exactly_the_limit_is_taken():
    assert joined(said(b"zINSTREAM\0" + stream(bytes(LIMIT))))[-1] == Command("INSTREAM", end=b"\0")


def test_the_byte_that_carries_a_descriptor_belongs_to_fildes():
    session = Session(LIMIT)
    assert session.receive(b"zIDSESSION\0zFILDES\0") == []
    assert session.unfinished
    assert session.receive(b"\0zPING\0") == [
        Command("FILDES", number=1, end=b"\0"),
        Command("PING", number=2, end=b"\0"),
    ]


@pytest.mark.parametrize("start", [b"zSCAN /", b"SCAN /", b"n"])
def test_a_command_without_an_end_is_refused(start):
    session = Session(LIMIT)
    events = session.receive(start + b"a" * (LONGEST_COMMAND + 10))
    assert isinstance(events[0], Refusal)
    assert b"too long" in events[0].reply


TALK = st.lists(
    st.sampled_from(
        [
            b"zIDSESSION\0",
            b"zPING\0",
            b"nVERSION\n",
            b"zFILDES\0\0",
            b"zINSTREAM\0" + stream(b"hello", b"w"),
            b"zSCAN /tmp\0",
            b"zEND\0",
            b"PING\n",
        ]
    ),
    max_size=8,
).map(b"".join)


@given(TALK | st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=6))
def test_how_the_bytes_are_cut_changes_nothing(data, cuts):
    session = Session(LIMIT)
    places = sorted({0, len(data), *(c for c in cuts if c < len(data))})
    events: list[Event] = []
    for start, end in pairwise(places):
        events += session.receive(data[start:end])
    assert joined(events) == joined(said(data))


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_are_answered_or_waited_for(packets):
    session = Session(LIMIT)
    kept = 0
    for packet in packets:
        for event in [*session.receive(packet), *session.pause()]:
            if isinstance(event, Chunk):
                kept += len(event.data)
            elif isinstance(event, Command):
                kept = 0
                assert event.name in SPECS
        assert kept <= LIMIT
