"""Which operating system the devices of a company usually have: what many companies share may strike them together."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from django_scopes import scopes_disabled

from anshin.console.fleet.models import Device

OTHERS_ARE = "Linux"
"""Agents of Linux report the name of their distribution."""


def usual_systems(companies: Sequence[UUID]) -> dict[UUID, str]:
    """Return the most frequent family of each of `companies` that has devices."""
    with scopes_disabled():  # several companies at once: the query names exactly these
        rows = list(
            Device.objects.filter(organisation__in=companies, revoked_at=None).values_list("organisation_id", "os")
        )
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for company, system in rows:
        found[company][family_of(system)] += 1
    return {company: counts.most_common(1)[0][0] for company, counts in found.items()}


def family_of(system: str) -> str:
    """Return the family of an operating system as its agent names it."""
    known = {"windows": "Windows", "macos": "macOS", "mac os": "macOS", "darwin": "macOS"}
    return next((family for word, family in known.items() if word in system.lower()), OTHERS_ARE)
