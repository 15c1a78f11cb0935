"""Background work of the outbox.

Every published event enqueues `deliver_outbox` in its own transaction, so that it is delivered within the worker's
interval. That job is only a wake-up call: what decides is the outbox. The worker also calls `deliver_waiting` when it
starts and every minute, so that neither a job that a killed worker left as running, nor a job that was lost, matters.
"""

from django_tasks import task

from anshin.console.loop import delivery


@task()
def deliver_outbox() -> int:
    """Deliver everything that is due, also what an earlier, killed worker left behind."""
    return delivery.deliver_waiting()
