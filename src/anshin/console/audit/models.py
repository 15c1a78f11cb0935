"""The log itself. Rows are added by `operations.record` and changed by nobody: a database trigger refuses it."""

from typing import ClassVar

from django.db import models

from anshin.console.people.models import Organisation


class AuditHead(models.Model):
    """The last link of one organisation's chain; locking it keeps the chain in one line."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.sequence}"


class AuditEntry(models.Model):
    """Who did what to what, when, and the hash that ties it to the entry before."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    as_provider = models.BooleanField(default=False)
    action = models.CharField(max_length=60)  # dotted: "quarantine.restore"
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["organisation", "sequence"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "sequence"], name="audit_in_one_line")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
