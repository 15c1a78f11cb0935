"""Landlock: from here on this process opens only files below the given folders, only for reading, and no TCP port.

Source: Documentation/userspace-api/landlock.rst of Linux 6.12. The call numbers are the same on every architecture.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from anshin.engine.jail.syscall import arch, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Number of file-system rights by ABI; from 5 on there are 16."""
NET_BOTH = 0b11
SCOPE_BOTH = 0b11
"""No abstract socket and no signal to anyone outside."""


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    if not arch():
        return 0
    try:
        return syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict(readable: Iterable[Path]) -> int:
    """Close the file system but for reading below `readable`; return the ABI used, 0 where there is no Landlock.

    Needs no_new_privs. What is open already stays open. Cannot be undone.
    """
    version = abi()
    if version <= 0:
        return 0
    handled = (1 << _FS_BITS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", handled, NET_BOTH if version >= 4 else 0, SCOPE_BOTH if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    buffer = ctypes.create_string_buffer(attributes[:size], size)
    ruleset = syscall(CREATE_RULESET, buffer, size, 0)
    try:
        for path in readable:
            _allow(ruleset, path)
        syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: Path) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there: nothing to allow
    try:
        rights = READ_FILE | READ_DIR if path.is_dir() else READ_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
        syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)
