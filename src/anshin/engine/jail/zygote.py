"""A small interpreter with one thread that has imported everything, and forks a worker in a few milliseconds.

It looks at no file itself. When the broker hangs up, however that came about, it ends its workers and itself.
"""

import contextlib
import gc
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

from anshin.engine.formats.registry import load_all
from anshin.engine.identify.decide import rows_by_first_byte, unsupported_containers
from anshin.engine.identify.text_marks import compile_marks
from anshin.engine.jail import wire
from anshin.engine.jail.walls import die_with_parent
from anshin.engine.jail.worker import work
from anshin.engine.judge import Judge
from anshin.engine.limits import Limits
from anshin.engine.models import ModelSet
from anshin.engine.models.package import unpacked
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.rules.scan import RuleScanner
from anshin.engine.verdict import Versions
from anshin.engine.wording import load_data


def serve(control: Connection) -> None:
    """Read the setup, then fork and end workers as told, until the broker hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the broker's business
    _first_victim()
    setup = wire.receive(control)
    limits = Limits(**setup["limits"])
    scanner = RuleScanner(control.recv_bytes(), own_timer=False)
    # the broker has checked the signatures; it and this process are one program
    packages = [unpacked(control.recv_bytes()) for _ in range(int(setup["models"]))]
    models = ModelSet(packages, at_once=bool(setup["preload"]))
    judge = Judge(scanner, limits, Versions(**setup["versions"]), models)
    _warm_up()
    wire.send(control, {"ready": os.getpid()})
    children: set[int] = set()
    # Unless told otherwise the first worker imports a reader and starts a model when a file needs them: a scan of one
    # file starts in half the time. From the second on, all workers share what is imported and started here, once.
    started = bool(setup["preload"])
    try:
        while True:
            message = wire.receive(control)
            if message["do"] == "fork":
                if started:
                    load_all()
                    models.load()
                    compile_marks()
                started = True
                gc.collect()
                gc.freeze()  # what all workers share is never garbage: no worker shall look through it, or copy it
                children.add(_fork(control, judge, limits))
            else:
                _end(control, int(message["pid"]), children)
    except (EOFError, OSError):
        pass
    finally:
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _fork(control: Connection, judge: Judge, limits: Limits) -> int:
    line = recv_handle(control)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(line)
        wire.send(control, {"pid": pid})
        return pid
    code = 1
    try:
        tied = die_with_parent(parent)
        control.close()
        work(Connection(line), judge, limits, dies_with_parent=tied)
        code = 0
    finally:
        os._exit(code)  # never back into the zygote's loop


def _end(control: Connection, pid: int, children: set[int]) -> None:
    """Kill a worker if it still lives, and tell the broker which signal ended it (0: none)."""
    if pid not in children:
        wire.send(control, {"signal": 0})
        return
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        status = 0
    children.discard(pid)
    wire.send(control, {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0})


def _warm_up() -> None:
    """Read the data files before the walls go up, so that all workers share them."""
    catalogue()
    load_data("wording.yaml")
    load_data("jail/syscalls.yaml")
    rows_by_first_byte()
    unsupported_containers()


def _first_victim() -> None:
    """When memory runs out the kernel shall end a worker before it ends anything else."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 -- not a path of ours
        file.write("1000")
