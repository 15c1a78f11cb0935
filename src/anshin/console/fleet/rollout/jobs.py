"""Background work on models."""

from django_tasks import task

from anshin.console.fleet.rollout.operations import advance_rollouts


@task()
def look_at_rollouts() -> int:
    """Widen what is due and take back what made detections jump."""
    return advance_rollouts()
