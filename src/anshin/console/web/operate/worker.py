"""The background worker: runs stored tasks and the schedule, and leaves a sign of life."""

import logging
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType

from django.core.management import call_command
from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker

from anshin.console.web.models import WorkerHeartbeat
from anshin.console.web.schedule import Schedule

INTERVAL_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
TASKS_PER_ROUND = 20
"""After so many tasks the schedule and the sign of life have their turn."""
TASK_RESULT_DAYS = 3

log = logging.getLogger("anshin.worker")


@dataclass
class Worker:
    """Runs until it is asked to stop; the task in hand is finished first."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}"[:64])
    schedule: Schedule = field(default_factory=Schedule)
    _stop: threading.Event = field(default_factory=threading.Event)
    _round: TaskWorker | None = None
    _beat_due: float = float("-inf")

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask it to end after the task in hand."""
        self._stop.set()
        if self._round is not None:
            self._round.running = False

    def run(self) -> None:
        """Work until stopped."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("worker started", extra={"event": "worker.started"})
        # Rows of workers that were killed are swept away, so that the table stays small.
        WorkerHeartbeat.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
        try:
            while not self._stop.is_set():
                try:
                    self.one_round()
                except OperationalError:
                    log.exception("the database did not answer; the next round tries again")
                    self._stop.wait(2)
                self._stop.wait(INTERVAL_SECONDS)
        finally:
            WorkerHeartbeat.objects.filter(name=self.name).delete()
            log.info("worker stopped", extra={"event": "worker.stopped"})

    def one_round(self) -> None:
        """Give a sign of life, do what the schedule says, and run the tasks that wait."""
        close_old_connections()
        now = time.monotonic()
        if now >= self._beat_due:
            WorkerHeartbeat.objects.update_or_create(name=self.name, defaults={"at": timezone.now()})
            self._beat_due = now + HEARTBEAT_SECONDS
        self.schedule.run_due(now)
        self._round = TaskWorker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=TASKS_PER_ROUND,
            worker_id=self.name,
            excluded_queue_names=[],
        )
        if not self._stop.is_set():
            self._round.run()


def forget_ended_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


def forget_finished_tasks() -> None:
    """Delete the rows of tasks that ended days ago."""
    call_command("prune_db_task_results", verbosity=0, min_age_days=TASK_RESULT_DAYS)
