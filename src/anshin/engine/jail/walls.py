"""Puts up every wall that this machine offers, around the process that calls it."""

import contextlib
import os
import signal
import struct
import sys
import sysconfig
from pathlib import Path

from anshin.engine.jail import landlock, seccomp
from anshin.engine.jail.report import JailReport
from anshin.engine.jail.syscall import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, arch, prctl, syscall
from anshin.engine.limits import Limits

_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522
OPEN_FILES = 64


def die_with_parent(parent: int) -> bool:
    """Ask to be killed when the parent ends, however it ends; False where the system has no such thing."""
    if sys.platform != "linux":
        return False
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except OSError:
        return False
    if os.getppid() != parent:  # it ended before we asked
        os._exit(0)
    return True


def put_up(limits: Limits, *, dies_with_parent: bool) -> JailReport:
    """Put up the walls for good and return which of them stand."""
    no_new_privs = _try(PR_SET_NO_NEW_PRIVS, 1)
    _try(PR_SET_DUMPABLE, 0)
    rlimits = _limit(limits)
    dropped = _drop_capabilities()
    version = landlock.restrict(_readable()) if no_new_privs else 0
    filtered = seccomp.install() if no_new_privs else False
    return JailReport(
        separate_process=True,
        rlimits=rlimits,
        no_new_privs=no_new_privs,
        capabilities_dropped=dropped,
        landlock_abi=version,
        seccomp=filtered,
        dies_with_parent=dies_with_parent,
    )


def allow_cpu(seconds: float) -> None:
    """Let this process use `seconds` more of CPU time; after that the system ends it."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 2
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _try(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        prctl(option, value)
    except OSError:
        return False
    return True


def _limit(limits: Limits) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    wanted = {"RLIMIT_AS": limits.memory_bytes, "RLIMIT_FSIZE": 0, "RLIMIT_NPROC": 0, "RLIMIT_CORE": 0}
    wanted["RLIMIT_NOFILE"] = OPEN_FILES
    done = True
    for name, value in wanted.items():
        try:
            which = getattr(resource, name)
            resource.setrlimit(which, (value, value))
        except (AttributeError, OSError, ValueError):
            done = False
    return done


def _drop_capabilities() -> bool:
    """Give up every privilege of root; a process that never had any has nothing to lose."""
    machine = arch()
    if not machine:
        return False
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    try:
        syscall(_CAPSET[machine], header, bytes(24))
    except OSError:
        return False
    return True


def _readable() -> list[Path]:
    """Folders that late imports read: the standard library, the installed packages, ours, and shared libraries."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    ours = Path(__file__).resolve().parents[2]  # the package `anshin`
    system = (
        "/usr/lib",
        "/lib",
        "/lib64",
        "/usr/lib64",
        "/etc/ld.so.cache",
        "/sys/devices/system/cpu",
        "/proc/cpuinfo",
    )
    return [*(Path(p) for p in sorted(paths)), ours, *(Path(p) for p in system)]
