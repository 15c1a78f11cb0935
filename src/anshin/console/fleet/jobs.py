"""Background work of the fleet."""

from django.utils import timezone
from django_tasks import task

from anshin.console.fleet import operations


@task()
def forget_old_nonces() -> int:
    """Delete the nonces whose requests would be refused for their time anyway."""
    return operations.forget_nonces(now=timezone.now())
