"""Runs a program that must not outlive the one that started it: `python -m … PARENT_PID PROGRAM ARGUMENT…`.

On Linux the kernel does it: this process asks for a signal on its parent's death and then becomes the program.
Elsewhere it stays as a watcher and ends the program when its own parent is gone. Either way `kill -9` of the parent is
enough.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOOK_SECONDS = 0.5
_GRACE_SECONDS = 4.0


def become(parent: int, command: Sequence[str]) -> None:
    """Tie this process to `parent` and become `command`. Linux only; does not return."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(0)
    os.execvp(command[0], list(command))  # noqa: S606 - our own program, by list


def watch(parent: int, command: Sequence[str]) -> int:
    """Run `command` until it ends, or until `parent` is gone; return its exit status."""
    child = subprocess.Popen(command)

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, pass_on)
    while os.getppid() == parent:
        try:
            return child.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    child.terminate()
    deadline = time.monotonic() + _GRACE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if child.poll() is None:
        child.kill()
    return child.wait()


if __name__ == "__main__":
    if sys.platform == "linux":
        become(int(sys.argv[1]), sys.argv[2:])
    sys.exit(watch(int(sys.argv[1]), sys.argv[2:]))
