"""Background work of the diagnosis.

Every request enqueues `calculate` in its own transaction; the rows decide what is done. The schedule calls it every
minute as well, for what a killed worker left behind, and looks every hour whether a result is out of date.
"""

from django_tasks import task

from anshin.console.diagnosis.operations import calculate_waiting, keep_current


@task()
def calculate() -> int:
    """Calculate whatever waits; return how many came to an end."""
    return calculate_waiting()


@task()
def refresh() -> int:
    """Ask for new results where facts, data or the month changed."""
    return keep_current()
