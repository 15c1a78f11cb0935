"""The broker's end: a zygote, its workers, and what to do when one of them does not come back."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from anshin.engine.assemble import Findings, assemble
from anshin.engine.errors import JailError
from anshin.engine.examination import Examination, read
from anshin.engine.jail import wire
from anshin.engine.jail.job import IN_MESSAGE, Job
from anshin.engine.jail.report import JailReport
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.models import ModelPackage
from anshin.engine.verdict import FileType, Status, Verdict, Versions
from anshin.engine.wording import gap

GRACE = 1.0
"""Seconds after the limit in which a worker may still answer by itself."""
START_SECONDS = 60.0
_FROM_OUTSIDE = {0, signal.SIGKILL}
"""How a worker ends through no act of its own; 0 where the zygote is gone as well."""
_UNKNOWN = FileType(kind="unknown", mime="application/octet-stream", decided_by="none")


@dataclass(slots=True)
class Worker:
    """One jailed process."""

    pid: int
    line: Connection
    report: JailReport
    lists: Lists | None = field(default=None)  # what it was last told


class WorkerLostError(Exception):
    """A worker did not answer; `code` is the gap that follows."""

    def __init__(self, code: str) -> None:
        """Remember why."""
        super().__init__(code)
        self.code = code


class Zygote:
    """The process that forks workers. One conversation at a time."""

    def __init__(self, setup: dict[str, object], *blobs: bytes) -> None:
        """Start it and wait until it is ready; raises `JailError`."""
        self._lock = threading.Lock()
        ours, theirs = Pipe()
        self._control = ours
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "COVERAGE"))}
        environment |= {
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        # -P: never import from the current folder, which may be the one that is scanned
        command = [sys.executable, "-P", "-m", "anshin.engine.jail", str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C in the terminal does not reach it
                cwd="/",
                env=environment,
            )
        except OSError as error:
            ours.close()
            raise JailError(f"the scanning process could not be started: {error}") from error
        finally:
            theirs.close()
        try:
            wire.send(ours, setup)
            for blob in blobs:  # the rules, then one model package after the other
                ours.send_bytes(blob)
            wire.receive(ours, timeout=START_SECONDS)
        except (EOFError, OSError, TypeError, ValueError) as error:
            self.close()
            raise JailError("the scanning process ended while it was starting") from error

    def fork(self) -> Worker:
        """Return a new worker; raises `JailError`."""
        ours, theirs = Pipe()
        try:
            with self._lock:
                wire.send(self._control, {"do": "fork"})
                send_handle(self._control, theirs.fileno(), self._process.pid)
                pid = int(wire.receive(self._control, timeout=START_SECONDS)["pid"])
            theirs.close()
            report = JailReport(**wire.receive(ours, timeout=START_SECONDS)["report"])
        except (EOFError, OSError, ValueError, KeyError, TypeError) as error:
            ours.close()
            theirs.close()
            raise JailError("a scanning process could not be started") from error
        return Worker(pid, ours, report)

    def end(self, worker: Worker) -> int:
        """End a worker for good; return the signal that had ended it before, 0 for none."""
        with contextlib.suppress(OSError):
            worker.line.close()
        try:
            with self._lock:
                wire.send(self._control, {"do": "end", "pid": worker.pid})
                return int(wire.receive(self._control, timeout=START_SECONDS)["signal"])
        except (EOFError, OSError, TypeError, ValueError, KeyError):
            return 0

    def close(self) -> None:
        """Hang up; it ends its workers and itself."""
        with contextlib.suppress(OSError):
            self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Jailed:
    """Judges in workers. A worker that hangs, crashes or grows too large is replaced, and its file is incomplete."""

    def __init__(
        self,
        workers: int,
        limits: Limits,
        versions: Versions,
        rules: bytes,
        packages: Sequence[ModelPackage] = (),
        *,
        preload: bool = False,
    ) -> None:
        """Start the zygote and one worker; the others start when they are needed."""
        self._limits = limits
        self._versions = versions
        self._setup = wire.setup_message(limits, versions, len(packages), preload=preload)
        self._blobs = (rules, *(p.raw for p in packages))
        self._lock = threading.Lock()
        self._closed = False
        self._zygote = Zygote(self._setup, *self._blobs)
        first = self._zygote.fork()
        self._report = first.report
        self._slots: queue.LifoQueue[Worker | None] = queue.LifoQueue()  # None: a slot without a process
        for _ in range(max(1, workers) - 1):
            self._slots.put(None)
        self._slots.put(first)

    def report(self) -> JailReport:
        """Return which walls stand around the workers."""
        return self._report

    def judge(self, job: Job, lists: Lists) -> Verdict:
        """Return the verdict; waits for a free worker."""
        return self.examine(job, lists).verdict

    def examine(self, job: Job, lists: Lists) -> Examination:
        """Return the verdict, and the vectors where the job asks for them; waits for a free worker.

        A file whose worker was ended from outside (memory ran out elsewhere, somebody killed it) gets a second one: the
        fault need not be the file's, and a dangerous file must not pass for "not scanned" because of it.
        """
        worker = self._slots.get()
        last_try = False
        try:
            while True:
                worker = worker or self._start()
                try:
                    found = self._ask(worker, job, lists)
                    return Examination(self._trusted(found.verdict, job), found.vectors, found.scores)
                except WorkerLostError as lost:
                    ended_by, worker = self._zygote.end(worker), None
                    if last_try or lost.code != "crashed" or ended_by not in _FROM_OUTSIDE:
                        code = "time" if ended_by == signal.SIGXCPU else lost.code
                        return Examination(self._incomplete(job, code), ())
                last_try = True
        except JailError:
            worker = None
            return Examination(self._incomplete(job, "crashed"), ())
        finally:
            self._slots.put(worker)

    def close(self) -> None:
        """End all processes. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._zygote.close()
        for _ in range(self._slots.qsize()):
            with contextlib.suppress(queue.Empty):
                worker = self._slots.get_nowait()
                if worker is not None:
                    worker.line.close()
                self._slots.put(None)  # whoever still waits learns that the engine is closed

    def _start(self) -> Worker:
        """Fork a worker; start the zygote anew when it is gone."""
        with self._lock:
            if self._closed:
                raise JailError("the engine is closed")
            try:
                return self._zygote.fork()
            except JailError:
                self._zygote.close()
                self._zygote = Zygote(self._setup, *self._blobs)
                return self._zygote.fork()

    def _ask(self, worker: Worker, job: Job, lists: Lists) -> Examination:
        deadline = time.monotonic() + self._limits.seconds + GRACE
        small = job.fd is None or job.content.size <= IN_MESSAGE
        long = (small and job.content.size > IN_MESSAGE) or worker.lists is not lists
        # a worker that does not read would block a long message for ever; ended, it breaks the line
        watch = threading.Timer(self._limits.seconds + GRACE, _kill, (worker.pid,)) if long else None
        if watch is not None:
            watch.daemon = True
            watch.start()
        try:
            self._send(worker, job, lists, small=small)
            answer = wire.receive_by(worker.line, deadline)
            return read(answer)
        except (EOFError, OSError, ValueError) as error:  # a ValidationError is a ValueError
            raise WorkerLostError("time" if time.monotonic() >= deadline else "crashed") from error
        finally:
            if watch is not None:
                watch.cancel()

    def _send(self, worker: Worker, job: Job, lists: Lists, *, small: bool) -> None:
        message: dict[str, object] = {"name": job.name, "via": "bytes" if small else "fd"}
        if job.stated is not None:
            message["stated"] = job.stated
        if worker.lists is not lists:
            message["lists"] = wire.lists_message(lists)
            worker.lists = lists
        if small:
            wire.send(worker.line, message, job.content.read(0, job.content.size))
        else:
            assert job.fd is not None
            wire.send(worker.line, message)
            send_handle(worker.line, job.fd, worker.pid)

    def _incomplete(self, job: Job, code: str) -> Verdict:
        return assemble(
            Findings(gaps=[gap(code)]),
            sha256=job.sha256,
            size=job.content.size,
            name=job.name,
            kind=_UNKNOWN,
            versions=self._versions,
            cpu_ms=0,
        )

    def _trusted(self, verdict: Verdict, job: Job) -> Verdict:
        """Take from the worker only what it alone can know; a different hash means that the file changed meanwhile."""
        known = {"name": job.name, "sha256": job.sha256, "size": job.content.size, "versions": self._versions}
        if all(getattr(verdict, field) == value for field, value in known.items()):
            return verdict
        if verdict.sha256 == job.sha256:
            return verdict.model_copy(update=known)
        status = Status.INCOMPLETE if verdict.status is Status.CLEAN else verdict.status
        return verdict.model_copy(
            update={**known, "status": status, "gaps": (*verdict.gaps, gap("damaged", wording="changed"))}
        )


def _kill(pid: int) -> None:
    """End a worker. Its number cannot belong to another process: the zygote keeps it until it is told of the end."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
