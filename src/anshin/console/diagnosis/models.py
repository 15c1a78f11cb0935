"""Answers, results and trials of one company. Finished answers and results are kept for good: the trend needs them."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anshin.console.people.models import Organisation
from anshin.console.people.scoping import CompanyManager


class Draft(models.Model):
    """The answers as they are being given. One per company; whoever comes back goes on from here."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE)
    answers = models.JSONField(default=dict)  # question -> value as in an answers file
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=200)

    objects = CompanyManager()

    def __str__(self) -> str:
        return f"{len(self.answers)}"


class Questionnaire(models.Model):
    """Finished answers. A change is a new version; none is ever altered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    version = models.PositiveIntegerField()
    questions_version = models.CharField(max_length=20)
    answers = models.JSONField()
    answered_on = models.DateField()
    finished_at = models.DateTimeField()
    finished_by_name = models.CharField(max_length=200)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "version"], name="answers_version_once")
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Calculation(models.Model):
    """Work for the background: it waits, runs, and ends with a result or with a sentence that says why not."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Calculating")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    requested_at = models.DateTimeField()
    requested_by_name = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_ja = models.TextField(blank=True)
    error_en = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def open(self) -> bool:
        """Whether the result is still to come."""
        return self.state in {self.State.WAITING, self.State.RUNNING}


class Diagnosis(Calculation):
    """One result: what the company could lose, as calculated from one version of its answers and the facts of a day."""

    class Trigger(models.TextChoices):
        ANSWERS = "answers", _("New answers")
        FACTS = "facts", _("The devices' facts changed")
        DATA = "data", _("The data about accidents changed")
        MONTH = "month", _("A month has passed")
        PERSON = "person", _("Asked for")

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="diagnoses")
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    facts = models.JSONField(default=list)  # as in an answers file: fact, value, at
    as_of = models.DateField()
    schema_version = models.PositiveSmallIntegerField(null=True, blank=True)
    data_version = models.CharField(max_length=20, blank=True)
    data_hash = models.CharField(max_length=64, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)  # risk.document.LossResult
    mean = models.BigIntegerField(null=True, blank=True)  # yen a year, for lists and the trend
    one_in_10 = models.BigIntegerField(null=True, blank=True)
    one_in_100 = models.BigIntegerField(null=True, blank=True)
    covered = models.BigIntegerField(null=True, blank=True)  # of the worst tenth of years, by the pack's cover
    bad_year = models.BigIntegerField(null=True, blank=True)  # mean of the worst tenth of years
    first = models.JSONField(null=True, blank=True)  # the control to begin with: id, ja, en, saves, cost in yen a year
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "-finished_at"], name="diagnosis_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.state}"


class Trial(Calculation):
    """A question to a result: what would these controls change, or which are best for this budget?"""

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.CASCADE, related_name="trials")
    budget = models.BigIntegerField(null=True, blank=True)  # yen a year; None: `controls` are given
    controls = models.JSONField(default=list)
    plan = models.JSONField(null=True, blank=True)  # risk.document.Plan

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.budget or self.controls}"


class PortfolioRun(Calculation):
    """All customers of a provider together; belongs to the provider."""

    figures = models.JSONField(null=True, blank=True)  # risk.portfolio.PortfolioReport.as_dict, with the companies

    objects = CompanyManager()

    class Meta:
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        return self.state


class OutsideCheck(models.Model):
    """What can be seen of the company's own domain without any permission, and when it was looked at."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE)
    domain = models.CharField(max_length=253)
    set_by_name = models.CharField(max_length=200)
    checked_at = models.DateTimeField(null=True, blank=True)
    document = models.JSONField(null=True, blank=True)  # risk.outside.document.Outside

    objects = CompanyManager()

    def __str__(self) -> str:
        return self.domain
