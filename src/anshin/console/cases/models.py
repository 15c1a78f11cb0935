"""Incidents and what belongs to them. Scoped to one company; evidence and custody are append-only by trigger."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anshin.console.people.models import Organisation, User
from anshin.console.people.scoping import CompanyManager
from anshin.desk import chain


class Incident(models.Model):
    """A case: what happened, what is done about it, and who has it in hand."""

    class State(models.TextChoices):
        OPEN = "open", _("With the company")  # with the company
        WITH_DESK = "with_desk", _("With the desk")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    number = models.CharField(max_length=12)  # "2026-0012", counted per company and year
    playbook = models.CharField(max_length=60)  # desk playbook id
    playbook_version = models.CharField(max_length=20)
    title_ja = models.CharField(max_length=200)  # in the words of the playbook version it was opened with
    title_en = models.CharField(max_length=200)
    stopped_ja = models.TextField()  # whether the danger is over
    stopped_en = models.TextField()
    urgency = models.CharField(max_length=10)  # urgent, attention
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    device_id = models.UUIDField(null=True, blank=True)
    device_name = models.CharField(max_length=255, blank=True)
    file_name = models.CharField(max_length=1024, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # when the newest of its detections occurred
    opened_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_by_name = models.CharField(max_length=200, blank=True)
    taken_by_name = models.CharField(max_length=200, blank=True)  # the analyst who took it
    taken_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    closing_reason = models.TextField(blank=True)
    custody_count = models.PositiveIntegerField(default=0)  # the last link of its custody chain
    custody_head = models.CharField(max_length=64, default=chain.START)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-opened_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="case_number_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "-opened_at"], name="case_of_company"),
            models.Index(
                fields=["organisation", "device_id", "sha256"], name="case_to_join", condition=~models.Q(state="closed")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseSource(models.Model):
    """What led to a case: its first detection, and those of the same file that joined it. Each leads to one case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20)  # "detection"
    source_id = models.UUIDField()

    objects = CompanyManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "source_id"], name="one_case_per_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"


class CaseCounter(models.Model):
    """The last case number of one company and year; locking it keeps numbers without gaps and opens one by one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    objects = CompanyManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "year"], name="one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


class CaseStep(models.Model):
    """One step of the first response, in the words of the playbook version it came from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    document = models.JSONField()  # desk.steps.Step
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_name = models.CharField(max_length=200, blank=True)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "code"], name="step_once")]

    def __str__(self) -> str:
        return self.code


class CaseNote(models.Model):
    """What somebody, or Anshin, said or did about a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    author_kind = models.CharField(max_length=10)  # person, system
    author_name = models.CharField(max_length=200)
    code = models.CharField(max_length=40, blank=True)  # of a system note; its words come from the catalogue
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return self.code or self.text[:40]


class CaseMail(models.Model):
    """That one person is to be told of one case by mail. It waits until it was sent or given up."""

    class About(models.TextChoices):
        OPENED = "opened"  # to those who work on it in the company
        HANDED_OVER = "handed_over"  # to the provider's desk

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="mails")
    person = models.ForeignKey(User, on_delete=models.CASCADE)
    about = models.CharField(max_length=12, choices=About.choices)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = CompanyManager()

    class Meta:
        constraints: ClassVar = [
            # A case may be handed over again after its end; what waits, waits once.
            models.UniqueConstraint(
                fields=["incident", "person", "about"],
                name="one_mail_waits",
                condition=models.Q(sent_at=None, given_up_at=None),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="case_mail_waiting",
                condition=models.Q(sent_at=None, given_up_at=None),
            ),
            models.Index(fields=["person", "organisation", "-sent_at"], name="case_mail_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.person_id}"


class Evidence(models.Model):
    """A piece of evidence, sealed when it was taken: its canonical content and the SHA-256 over it never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=40)  # "agent.detection"
    content = models.TextField()  # canonical JSON, exactly the bytes that were hashed
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    collected_at = models.DateTimeField()
    sealed_at = models.DateTimeField()
    collector = models.CharField(max_length=200)
    tools = models.JSONField(default=dict)  # name -> version

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["sealed_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class CustodyEvent(models.Model):
    """Who had the evidence of a case when, and did what: a hash chain per case. Looking writes too."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="custody")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT)
    sequence = models.PositiveIntegerField()
    action = models.CharField(max_length=20)  # collect, seal, view, export, transfer
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["sequence"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "sequence"], name="custody_in_one_line")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
