"""seccomp: a list of the system calls that a worker may make; every other one fails with EPERM.

So there is no socket, no connection, no new process or thread, no exec, no ptrace and no file opened for writing.
Source: Documentation/userspace-api/seccomp_filter.rst and linux/bpf_common.h of Linux 6.12.
"""

import ctypes
import os
import struct

from anshin.engine.jail.syscall import arch, syscall
from anshin.engine.wording import load_data

_NUMBER = {"x86_64": 317, "aarch64": 277}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_MODE_FILTER = 1
LD_WORD, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, EPERM = 0x7FFF0000, 0x80000000, 0x00050001
AT_NUMBER, AT_ARCH, AT_ARGS = 0, 4, 16
X32 = 0x40000000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def install() -> bool:
    """Put the filter on this process for good; False where this machine has none. Needs no_new_privs."""
    machine = arch()
    if not machine:
        return False
    program = build(machine, os.getpid())
    code = ctypes.create_string_buffer(b"".join(program), 8 * len(program))
    head = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", len(program), ctypes.addressof(code)), 16)
    try:
        syscall(_NUMBER[machine], SET_MODE_FILTER, 0, head)
    except OSError:
        return False
    return True


def build(machine: str, pid: int) -> list[bytes]:
    """Return the BPF program, one instruction of 8 bytes per item."""
    column = 0 if machine == "x86_64" else 1
    data = load_data("jail/syscalls.yaml")
    numbers = {n: row[column] for part in data.values() for n, row in part.items() if row[column] is not None}
    plain = [numbers[n] for n in data["allowed"] if n in numbers]
    program = [
        _op(LD_WORD, 0, 0, AT_ARCH),
        _op(JEQ, 1, 0, _AUDIT_ARCH[machine]),
        _op(RET, 0, 0, KILL),
        _op(LD_WORD, 0, 0, AT_NUMBER),
        _op(JGE, 0, 1, X32),
        _op(RET, 0, 0, EPERM),
    ]
    for number in plain:
        program += [_op(JEQ, 0, 1, number), _op(RET, 0, 0, ALLOW)]
    # open for reading only; limits of this process only; signals to this process only
    for name, argument, test in (
        ("open", 1, _op(JSET, 0, 1, WRITING)),
        ("openat", 2, _op(JSET, 0, 1, WRITING)),
        ("prlimit64", 0, _op(JEQ, 1, 0, 0)),
        ("tgkill", 0, _op(JEQ, 1, 0, pid)),
        ("prctl", 0, _op(JEQ, 1, 0, 15)),  # PR_SET_NAME
    ):
        if name in numbers:
            program += [
                _op(JEQ, 0, 4, numbers[name]),
                _op(LD_WORD, 0, 0, AT_ARGS + 8 * argument),
                test,
                _op(RET, 0, 0, EPERM),
                _op(RET, 0, 0, ALLOW),
            ]
    return [*program, _op(RET, 0, 0, EPERM)]


def _op(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
