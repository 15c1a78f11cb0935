"""Raw Linux system calls that Python has no function for."""

import ctypes
import os
import platform
import sys
from functools import cache
from typing import Any

ARCHES = ("x86_64", "aarch64")
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def arch() -> str:
    """Return the machine's name where we know its call numbers, else an empty text."""
    machine = platform.machine() if sys.platform == "linux" and sys.maxsize > 2**32 else ""
    return machine if machine in ARCHES else ""


@cache
def _libc() -> Any:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def syscall(number: int, *args: Any) -> int:
    """Call the kernel; raises `OSError`. Every integer goes over as a full register."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = int(_libc().syscall(ctypes.c_long(number), *words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process; raises `OSError`."""
    if _libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
