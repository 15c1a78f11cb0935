"""Devices and what they report. Everything here belongs to one company and is scoped to it."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anshin.console.people.models import Organisation
from anshin.console.people.scoping import CompanyManager


class Protection(models.TextChoices):
    """What agents do with a malicious file."""

    PROTECT = "protect", _("Block and quarantine")
    WATCH = "watch", _("Report only")


class ProtectionPolicy(models.Model):
    """How a company's devices protect."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE)
    mode = models.CharField(max_length=10, choices=Protection.choices, default=Protection.PROTECT)

    objects = CompanyManager()

    def __str__(self) -> str:
        return self.mode


class HashListEntry(models.Model):
    """A file that a company always allows or always denies, by its SHA-256."""

    class List(models.TextChoices):
        ALLOW = "allow", _("Always allow")
        DENY = "deny", _("Always block")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    list = models.CharField(max_length=5, choices=List.choices)
    sha256 = models.CharField(max_length=64)
    reason = models.TextField()
    created_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "sha256"], name="one_list_per_file")]

    def __str__(self) -> str:
        return f"{self.list} {self.sha256}"


class Device(models.Model):
    """A PC or server with an agent. Known by its public key; its state is derived from when it was last heard."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=255)
    hostname = models.CharField(max_length=255)
    os = models.CharField(max_length=255)
    arch = models.CharField(max_length=255)
    public_key = models.CharField(max_length=44)  # base64 of the raw Ed25519 key
    agent_version = models.CharField(max_length=255)
    engine_version = models.CharField(max_length=255)
    rules_version = models.CharField(max_length=255)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    clock_offset_seconds = models.FloatField(default=0)  # the console's clock minus the PC's
    spooled = models.PositiveIntegerField(default=0)
    spooled_since = models.DateTimeField(null=True, blank=True)  # since when events have been waiting on the PC
    quarantined = models.PositiveIntegerField(default=0)
    watched = models.JSONField(default=list)
    revoked_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)  # of the demonstration: no agent stands behind it

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class EnrolmentToken(models.Model):
    """Lets one agent join, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    label = models.CharField(max_length=255, blank=True)  # becomes the device's name when given
    token_hash = models.CharField(max_length=64, unique=True)
    created_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL)

    objects = CompanyManager()

    def __str__(self) -> str:
        return self.label or str(self.id)


class RequestNonce(models.Model):
    """A nonce a device has used; kept as long as its request would still be accepted."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    nonce = models.CharField(max_length=64)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "nonce"], name="nonce_once")]

    def __str__(self) -> str:
        return self.nonce


class DeviceEvent(models.Model):
    """An agent's event exactly as it came. Its id is the agent's: the same event is stored once."""

    id = models.UUIDField(primary_key=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()  # the PC's clock, corrected by the offset it measured
    received_at = models.DateTimeField()
    document = models.JSONField()

    objects = CompanyManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["device", "-sequence"], name="event_of_device")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Detection(models.Model):
    """A malicious or suspicious file on a device, and what was done about it."""

    class Outcome(models.TextChoices):
        BLOCKED = "blocked", _("Stopped and quarantined")
        NOT_BLOCKED = "not_blocked", _("Found, but still in place")
        SUSPICIOUS = "suspicious", _("Suspicious, left in place")
        RESTORED = "restored", _("Restored from quarantine")

    event = models.OneToOneField(DeviceEvent, primary_key=True, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    file_name = models.CharField(max_length=1024)
    path = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    verdict = models.JSONField()  # engine.verdict.Verdict
    occurred_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)  # set when a person, or the closing of its case, is done
    handled_by_name = models.CharField(max_length=200, blank=True)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-occurred_at"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-occurred_at"], name="detection_of_company"),
            models.Index(
                fields=["organisation", "device", "outcome"],
                name="detection_unhandled",
                condition=models.Q(handled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class QuarantineItem(models.Model):
    """A file held, encrypted, on its device. The console knows of it; the bytes stay on the PC."""

    class State(models.TextChoices):
        HELD = "held", _("In quarantine")
        RESTORING = "restoring", _("Being restored")
        RESTORED = "restored", _("Restored")
        FAILED = "failed", _("Could not be restored")

    id = models.UUIDField(primary_key=True, editable=False)  # the agent's item id
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    detection = models.OneToOneField(Detection, on_delete=models.CASCADE, related_name="quarantine_item")
    original_path = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    state_changed_at = models.DateTimeField()
    reason = models.TextField(blank=True)  # of the restore
    asked_by_name = models.CharField(max_length=200, blank=True)
    error_ja = models.TextField(blank=True)
    error_en = models.TextField(blank=True)

    objects = CompanyManager()

    def __str__(self) -> str:
        return f"{self.state} {self.original_path}"


class ScanRequest(models.Model):
    """A person's wish that devices examine all they watch: because of a detection, or of one device for itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    detection = models.ForeignKey(Detection, null=True, blank=True, on_delete=models.CASCADE)
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()

    objects = CompanyManager()

    def __str__(self) -> str:
        return f"{self.asked_by_name} {self.asked_at}"


class DeviceCommand(models.Model):
    """Something the console asks of a device; answered by the event that names it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    device = models.ForeignKey(Device, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)  # wire.documents.CommandKind
    item_id = models.UUIDField(null=True, blank=True)
    scan = models.ForeignKey(ScanRequest, null=True, blank=True, on_delete=models.CASCADE)
    path = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    asked_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    files_scanned = models.PositiveBigIntegerField(null=True, blank=True)  # of a scan, once it is answered
    found = models.PositiveIntegerField(default=0)  # detections that a scan reported
    error_ja = models.TextField(blank=True)
    error_en = models.TextField(blank=True)

    objects = CompanyManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["device"], name="command_waiting", condition=models.Q(answered_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


# Django finds models in this module only; those about learned models have a room of their own.
from anshin.console.fleet.rollout import models as rollout_models  # noqa: E402, F401
