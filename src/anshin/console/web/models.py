"""The installation itself: the one row that belongs to no company."""

from typing import Any

from django.db import models


class Installation(models.Model):
    """Set-up state and how mail leaves the house. Exactly one row."""

    class SetUpStep(models.IntegerChoices):
        """The first step of the wizard that is still to be done."""

        PROVIDER = 1
        COMPANY = 2
        MAIL = 3

    set_up_at = models.DateTimeField(null=True, blank=True)
    set_up_step = models.PositiveSmallIntegerField(choices=SetUpStep.choices, default=SetUpStep.PROVIDER)
    set_up_token_hash = models.CharField(max_length=64, blank=True)
    mail_host = models.CharField(max_length=255, blank=True)
    mail_port = models.PositiveIntegerField(default=587)
    mail_security = models.CharField(
        max_length=8, choices=[("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "-")], default="starttls"
    )
    mail_user = models.CharField(max_length=255, blank=True)
    mail_password_sealed = models.BinaryField(default=bytes)  # AES-GCM under the data folder's key
    mail_from = models.EmailField(blank=True)
    mail_tested_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "installation"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it the only row."""
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Installation":
        """Return the row, made on first use."""
        return cls.objects.get_or_create(pk=1)[0]


class WorkerHeartbeat(models.Model):
    """When a background worker was last at work, for /readyz. A worker that ends in order takes its row along."""

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
