"""The outbox: what happened, and whether all that must follow has followed."""

import uuid
from typing import ClassVar

from django.db import models

from anshin.console.people.models import Organisation


class DomainEvent(models.Model):
    """One thing that happened, written in the same transaction as the thing itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)  # after a failure; None means at once
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="outbox_waiting", condition=models.Q(handled_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
