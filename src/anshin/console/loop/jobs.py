"""Background work of the outbox."""

from django_tasks import task

from anshin.console.loop import operations


@task()
def deliver_outbox() -> int:
    """Deliver everything that waits, also what an earlier, killed worker left behind."""
    return operations.deliver_waiting()
