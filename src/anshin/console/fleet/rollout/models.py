"""What the provider distributes, what its devices say of it, and what customers say is no malware.

Releases and rollouts belong to the provider, everything else to the company whose device it is about.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anshin.console.people.models import Organisation
from anshin.console.people.scoping import CompanyManager


class ModelKey(models.Model):
    """A public key with which the provider's packages may be signed. The private key is never here."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    key_id = models.CharField(max_length=16)
    public_key = models.CharField(max_length=44)  # base64 of the raw Ed25519 key
    created_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "key_id"], name="model_key_once")]

    def __str__(self) -> str:
        return self.key_id


class ModelRelease(models.Model):
    """A package whose signature and hashes were found right when it was uploaded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    family = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    key_id = models.CharField(max_length=16)
    manifest = models.JSONField()
    card = models.JSONField()
    uploaded_by_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        ordering: ClassVar = ["family", "-uploaded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "family", "version"], name="model_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.family}-{self.version}"


class ModelPart(models.Model):
    """A piece of a package, of `wire.models.PART_BYTES` but for the last."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    release = models.ForeignKey(ModelRelease, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "number"], name="model_part_once")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.number}"


class Rollout(models.Model):
    """One release on its way: first to the canary devices, later to all, or back."""

    class State(models.TextChoices):
        CANARY = "canary", _("On the canary devices")
        PAUSED = "paused", _("Paused on the canary devices")
        EVERYONE = "everyone", _("On all devices")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    release = models.ForeignKey(ModelRelease, on_delete=models.CASCADE)
    family = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CANARY)
    canary_hours = models.PositiveIntegerField()
    started_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    widened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)  # why it was rolled back, in the words of a person
    alarmed = models.BooleanField(default=False)  # rolled back by itself, because detections jumped
    before_detections = models.PositiveIntegerField(default=0)
    before_days = models.FloatField(default=0.0)  # device-days
    after_detections = models.PositiveIntegerField(default=0)
    after_days = models.FloatField(default=0.0)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "family"],
                condition=models.Q(state__in=["canary", "paused"]),
                name="one_canary_for_a_family",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.release_id}"


class CanaryDevice(models.Model):
    """A device that was chosen to get models first. A company without one lends its oldest device."""

    device = models.OneToOneField("fleet.Device", primary_key=True, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    chosen_by_name = models.CharField(max_length=200)
    chosen_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"

    def __str__(self) -> str:
        return str(self.device_id)


class DeviceModel(models.Model):
    """What judges one format family on a device, or, with a code, a package that it does not use and why."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey("fleet.Device", on_delete=models.CASCADE)
    family = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    pinned = models.BooleanField(default=False)
    code = models.CharField(max_length=255, blank=True)
    ja = models.TextField(blank=True)
    en = models.TextField(blank=True)
    since = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        ordering: ClassVar = ["family"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "family", "sha256"], name="model_of_device_once")
        ]

    def __str__(self) -> str:
        return f"{self.family}-{self.version}"


class ModelDetection(models.Model):
    """A detection to which a learned model contributed: what alarms are counted from."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    detection = models.ForeignKey("fleet.Detection", on_delete=models.CASCADE)
    device = models.ForeignKey("fleet.Device", on_delete=models.CASCADE)
    family = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["detection", "family"], name="model_of_detection_once")
        ]
        indexes: ClassVar = [models.Index(fields=["family", "occurred_at"], name="model_detections")]

    def __str__(self) -> str:
        return f"{self.family}-{self.version}"


class ScoreWeek(models.Model):
    """How often a model gave which score on a device in one week. Nothing of the files but their number."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey("fleet.Device", on_delete=models.CASCADE)
    week = models.CharField(max_length=8)  # ISO 8601: 2026-W48
    family = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    counts = models.JSONField()

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "week", "family", "version"], name="scores_of_week_once")
        ]
        indexes: ClassVar = [models.Index(fields=["week"], name="scores_of_week")]

    def __str__(self) -> str:
        return f"{self.week} {self.family}-{self.version}"


class FalsePositiveReport(models.Model):
    """A customer's word that a detection is no malware. The numbers of the verdict, never the file."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a decision")
        ACCEPTED = "accepted", _("Accepted: no malware")
        DECLINED = "declined", _("Declined: stays blocked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    detection = models.ForeignKey("fleet.Detection", on_delete=models.CASCADE)
    sha256 = models.CharField(max_length=64)
    family = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    size = models.BigIntegerField()
    score = models.FloatField()
    model = models.TextField()
    engine = models.CharField(max_length=255)
    rules = models.CharField(max_length=255)
    features = models.JSONField()  # what was found in it: codes and weights
    note = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    entry_id = models.UUIDField(null=True, blank=True)  # the allow entry that this made
    reported_by_name = models.CharField(max_length=200)
    reported_at = models.DateTimeField()
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)

    objects = CompanyManager()

    class Meta:
        app_label = "fleet"
        ordering: ClassVar = ["reported_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_report_for_a_file")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.sha256}"
