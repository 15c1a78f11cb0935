"""What one client says, byte by byte: a state machine without input or output.

Source: clamd(8); clamd/server-th.c and clamd/session.c of ClamAV 1.5 for what it leaves open.
"""

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final

from anshin.engine.clamd import replies
from anshin.engine.clamd.commands import SPECS, Command, parse

LONGEST_COMMAND: Final = 16 * 1024
"""Bytes; a path on Linux has 4,096 at most."""
_ENDINGS: Final = {b"n": b"\n", b"z": b"\0"}
_LENGTH: Final = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file that INSTREAM sends."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the protocol itself gives; the connection ends with it."""

    reply: bytes


Event = Command | Chunk | Refusal
"""INSTREAM becomes its chunks, then the command itself. FILDES comes once its descriptor must have arrived."""


class _Wants(Enum):
    COMMAND = 1
    DESCRIPTOR = 2  # one byte, with which the open file travels
    LENGTH = 3
    DATA = 4
    NOTHING = 5


class Session:
    """One connection. Feed it with `receive`; what it returns must be answered in this order."""

    def __init__(self, stream_bytes: int) -> None:
        """Take at most `stream_bytes` for one INSTREAM."""
        self._stream_bytes = stream_bytes
        self._buffer = bytearray()
        self._wants = _Wants.COMMAND
        self._number = 0
        self._pending = Command("")
        self._room = 0
        self._chunk = 0

    @property
    def ended(self) -> bool:
        """Whether nothing that the client could still say would be heard."""
        return self._wants is _Wants.NOTHING

    @property
    def unfinished(self) -> bool:
        """Whether the client stopped in the middle of something."""
        return bool(self._buffer) or self._wants not in {_Wants.COMMAND, _Wants.NOTHING}

    @property
    def plain_pending(self) -> bool:
        """Whether a command without prefix waits for its ending; old clients never send one."""
        return self._wants is _Wants.COMMAND and bool(self._buffer) and bytes(self._buffer[:1]) not in _ENDINGS

    @property
    def pending(self) -> Command:
        """The command whose bytes or descriptor are still under way."""
        return self._pending

    @property
    def streaming(self) -> bool:
        """Whether an INSTREAM is under way."""
        return self._wants in {_Wants.LENGTH, _Wants.DATA}

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes as they came; return what they complete."""
        if self.ended:
            return []
        self._buffer += data
        found: list[Event] = []
        while self._step(found):
            pass
        return found

    def pause(self) -> list[Event]:
        """Say that the client sent nothing for a while: a plain command ends with it."""
        if not self.plain_pending:
            return []
        line = bytes(self._buffer)
        self._buffer.clear()
        found: list[Event] = []
        self._command(line.rstrip(b"\r\n"), b"\n", plain=True, found=found)
        return found

    def _step(self, found: list[Event]) -> bool:
        """Do one thing with what is in the buffer; False when more bytes are needed, or none."""
        match self._wants:
            case _Wants.COMMAND:
                return self._take_command(found)
            case _Wants.DESCRIPTOR:
                if not self._buffer:
                    return False
                del self._buffer[:1]
                self._emit(self._pending, found)
                return True
            case _Wants.LENGTH:
                return self._take_length(found)
            case _Wants.DATA:
                piece = bytes(self._buffer[: self._chunk])
                del self._buffer[: self._chunk]
                self._chunk -= len(piece)
                if piece:
                    found.append(Chunk(piece))
                if self._chunk == 0:
                    self._wants = _Wants.LENGTH
                return self._chunk == 0
            case _Wants.NOTHING:
                self._buffer.clear()
                return False

    def _take_command(self, found: list[Event]) -> bool:
        prefix = bytes(self._buffer[:1])
        end = _ENDINGS.get(prefix, b"\n")
        at = self._buffer.find(end)
        if at < 0:
            if len(self._buffer) > LONGEST_COMMAND:
                self._refuse(replies.TOO_LONG, end, found)
            return False
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        if len(line) > LONGEST_COMMAND:
            self._refuse(replies.TOO_LONG, end, found)
        elif prefix in _ENDINGS:
            self._command(line[1:], end, plain=False, found=found)
        else:
            self._command(line.rstrip(b"\r"), end, plain=True, found=found)
        return True

    def _command(self, line: bytes, end: bytes, *, plain: bool, found: list[Event]) -> None:
        if self._number and plain:
            self._refuse(replies.NOT_PLAIN, end, found)
            return
        known = parse(line)
        if known is None or (plain and not SPECS[known[0]].plain):
            self._refuse(replies.UNKNOWN, end, found)
            return
        name, argument = known
        if self._number and not SPECS[name].session:
            self._refuse(replies.NOT_IN_SESSION, end, found)
            return
        command = Command(name, argument, self._number, end)
        if name == "IDSESSION":
            self._number = 1
        elif name == "END":
            if not self._number:
                self._refuse(replies.UNKNOWN, end, found)
            self._wants = _Wants.NOTHING
        elif name == "FILDES":
            self._pending, self._wants = command, _Wants.DESCRIPTOR
        elif name == "INSTREAM":
            self._pending, self._wants, self._room = command, _Wants.LENGTH, self._stream_bytes
        else:
            self._emit(command, found)

    def _take_length(self, found: list[Event]) -> bool:
        if len(self._buffer) < _LENGTH.size:
            return False
        (length,) = _LENGTH.unpack_from(self._buffer)
        del self._buffer[: _LENGTH.size]
        if length == 0:
            self._emit(self._pending, found)
        elif length > self._room:
            self._refuse(replies.TOO_LARGE, self._pending.end, found)
        else:
            self._room -= length
            self._chunk, self._wants = length, _Wants.DATA
        return True

    def _emit(self, command: Command, found: list[Event]) -> None:
        """Hand out a command; without a session it is the only one of its connection."""
        found.append(command)
        if self._number:
            self._number += 1
            self._wants = _Wants.COMMAND
        else:
            self._wants = _Wants.NOTHING

    def _refuse(self, reply: bytes, end: bytes, found: list[Event]) -> None:
        self._wants = _Wants.NOTHING
        self._buffer.clear()
        found.append(Refusal(replies.line(Command("", number=self._number, end=end), reply)))
