"""What the worker does by itself, and how often: one table."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.module_loading import import_string
from django_tasks.base import Task

log = logging.getLogger("anshin.schedule")


def call_job(path: str) -> object:
    """Run the job at `path` here and now; a task of django-tasks is called, not queued."""
    job = import_string(path)
    return job.call() if isinstance(job, Task) else job()


@dataclass(frozen=True, slots=True)
class Periodic:
    """One piece of work without arguments, by its dotted path, and its period in seconds. All run at start too."""

    job: str
    every: float


JOBS: tuple[Periodic, ...] = (
    Periodic("anshin.console.loop.operations.deliver_waiting", 60),
    Periodic("anshin.console.cases.jobs.send_case_mails", 60),
    Periodic("anshin.console.diagnosis.operations.calculate_waiting", 60),
    Periodic("anshin.console.diagnosis.operations.look_outside", 3600),
    Periodic("anshin.console.diagnosis.operations.keep_current", 3600),
    Periodic("anshin.console.fleet.jobs.forget_old_nonces", 300),
    Periodic("anshin.console.fleet.rollout.jobs.look_at_rollouts", 300),
    Periodic("anshin.console.web.operate.worker.forget_ended_sessions", 3600),
    Periodic("anshin.console.web.operate.worker.forget_finished_tasks", 3600),
)


@dataclass
class Schedule:
    """Knows what is due. Time is monotonic seconds, so that a clock that is set does not matter."""

    jobs: tuple[Periodic, ...] = JOBS
    _due: dict[str, float] = field(default_factory=dict)

    def run_due(self, now: float, call: Callable[[str], object] = call_job) -> list[str]:
        """Run every job that is due and return their names. One that fails is logged and comes again in its turn."""
        ran = []
        for periodic in self.jobs:
            if now < self._due.get(periodic.job, now):
                continue
            self._due[periodic.job] = now + periodic.every
            ran.append(periodic.job)
            try:
                call(periodic.job)
            except Exception:
                log.exception("the periodic job %s failed", periodic.job)
        return ran
