"""The look from outside: which domain is the company's own, and what was seen of it. Off unless a resolver is set."""

import logging
import re
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.diagnosis.models import OutsideCheck
from anshin.console.diagnosis.outside_source import HttpsSource
from anshin.console.people.access import Actor
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission
from anshin.risk.outside.document import Source
from anshin.risk.outside.judge import judge

log = logging.getLogger("anshin.diagnosis")
EVERY = timedelta(days=1)
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
LONGEST = 253


def outside_is_on() -> bool:
    """Whether this installation may look from outside."""
    return bool(settings.CONFIG.outside_resolver)


def set_domain(*, actor: Actor, domain: str) -> OutsideCheck:
    """Store the company's own domain; what was seen of another one is forgotten. Raises ValueError for no domain."""
    actor.require(Permission.DIAGNOSIS_WORK)
    name = domain.strip().lower().rstrip(".").rpartition("@")[2]
    if len(name) > LONGEST or not DOMAIN.fullmatch(name):
        raise ValueError(domain)
    with transaction.atomic():
        found, _new = OutsideCheck.objects.update_or_create(
            organisation=actor.organisation,
            defaults={"domain": name, "set_by_name": actor.name[:200], "checked_at": None, "document": None},
        )
        record(
            actor=actor,
            action="diagnosis.domain_set",
            object_kind="organisation",
            object_id=actor.organisation.id,
            data={"domain": name},
        )
    return found


def look_outside(*, now: datetime | None = None, source: Source | None = None) -> int:
    """Look once a day at every domain that was named; return at how many. Does nothing while it is off."""
    if source is None and not outside_is_on():
        return 0
    now, source = now or timezone.now(), source or HttpsSource(settings.CONFIG.outside_resolver)
    due = models.Q(checked_at=None) | models.Q(checked_at__lte=now - EVERY)
    with scopes_disabled():  # every company that named its domain, one after the other
        companies = list(Organisation.objects.filter(id__in=OutsideCheck.objects.filter(due).values("organisation")))
    looked = 0
    for company in companies:
        with scope(organisation=company):
            row = OutsideCheck.objects.filter(due).first()
            if row is None:
                continue
            try:
                seen = source.look(row.domain, timezone.localdate(now))
            except Exception:
                log.exception("a domain could not be looked at")
                continue
            document = judge(seen).model_dump(mode="json")
            # a domain that was changed meanwhile keeps nothing of the old one
            looked += OutsideCheck.objects.filter(domain=row.domain).update(checked_at=now, document=document)
    return looked
