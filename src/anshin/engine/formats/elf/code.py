"""The few instructions that tell what a tiny program without a library does: system calls by number.

Only for programs so small that nothing but a loader or a shell fits into them; larger code is not looked at.
"""

import re

TINY = 16 * 1024
"""Bytes of file up to which the code is looked at."""
X86, X64 = 3, 62
_NUMBERS = {
    X64: {"socket": 0x29, "connect": 0x2A, "bind": 0x31, "dup2": 0x21, "execve": 0x3B, "mmap": 0x09, "mprotect": 0x0A},
    X86: {"socket": 0x66, "dup2": 0x3F, "execve": 0x0B, "mprotect": 0x7D},  # sockets go through socketcall
}
_ENTRANCE = {X64: b"\x0f\x05", X86: b"\xcd\x80"}  # syscall, int 0x80


def _sets(number: int) -> re.Pattern[bytes]:
    """Match what puts a small number into the register of the call: push and pop, or a move of one or four bytes."""
    n = re.escape(bytes([number]))
    return re.compile(b"\\x6a" + n + b"\\x58|\\xb0" + n + b"|\\xb8" + n + b"\\x00\\x00\\x00", re.DOTALL)


_PATTERNS = {machine: {name: _sets(n) for name, n in calls.items()} for machine, calls in _NUMBERS.items()}


def system_calls(code: bytes, machine: int) -> frozenset[str]:
    """Return the names of network and process calls that `code` makes, as far as plain patterns show them."""
    entrance = _ENTRANCE.get(machine)
    if entrance is None or entrance not in code:
        return frozenset()
    return frozenset(name for name, pattern in _PATTERNS[machine].items() if pattern.search(code))
