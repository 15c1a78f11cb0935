"""Background work of the cases.

Every case that people are to be told of enqueues `send_case_mails` in its own transaction, so that the mail leaves
within the worker's interval. The schedule calls it every minute as well: for what failed, and for what was gathered.
"""

from django_tasks import task

from anshin.console.cases.operations.sending import send_waiting_mails


@task()
def send_case_mails() -> int:
    """Send what waits and is due; return how many mails left."""
    return send_waiting_mails()
