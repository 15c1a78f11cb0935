"""How the queue of background tasks stands."""

from django.db.models import Count
from django_tasks_db.models import DBTaskResult


def task_counts() -> dict[str, int]:
    """Return the number of stored tasks by status, in lower case."""
    rows = DBTaskResult.objects.order_by().values_list("status").annotate(n=Count("pk"))
    return {str(status).lower(): n for status, n in rows}
