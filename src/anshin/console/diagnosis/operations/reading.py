"""What other apps, the home page and the provider's board may know of diagnoses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from anshin.console.diagnosis.models import Calculation, Diagnosis
from anshin.console.people.models import Organisation

_Row = tuple[UUID, date, int, int, int, Mapping[str, Any] | None]
SHOWN = 12
"""Points of the small trend."""


@dataclass(frozen=True, slots=True)
class DiagnosisSummary:
    """The newest result of one company in yen, and the results before it, oldest first."""

    id: UUID | None = None
    as_of: date | None = None
    one_in_10: int = 0
    covered: int = 0  # of the mean of the worst tenth of years
    bad_year: int = 0
    trend: tuple[int, ...] = ()  # the 1-in-10 year, oldest first
    first: Mapping[str, Any] | None = None  # the control to begin with
    month_before: int | None = None  # the 1-in-10 year of the last result that is a month older

    @property
    def change(self) -> float | None:
        """Return the change since a month ago as a share; None when there is nothing to compare with."""
        return (self.one_in_10 - self.month_before) / self.month_before if self.month_before else None


def summaries(organisations: Sequence[Organisation]) -> dict[UUID, DiagnosisSummary]:
    """Return a summary for each of `organisations` in one query. The caller knows that they may be looked at."""
    ids = [organisation.id for organisation in organisations]
    with scopes_disabled():  # several companies at once: the query names exactly these
        rows = list(
            Diagnosis.objects.filter(organisation__in=ids, state=Calculation.State.DONE)
            .order_by("requested_at")
            .values_list("organisation_id", "id", "as_of", "one_in_10", "covered", "bad_year", "first")
        )
    by_company: dict[UUID, list[_Row]] = {key: [] for key in ids}
    for company, key, as_of, ten, covered, bad, first in rows:
        by_company[company].append((key, as_of, ten or 0, covered or 0, bad or 0, first))
    return {key: _summary(found) for key, found in by_company.items()}


def _summary(rows: list[_Row]) -> DiagnosisSummary:
    if not rows:
        return DiagnosisSummary()
    key, as_of, ten, covered, bad, first = rows[-1]
    before = [row[2] for row in rows if as_of - row[1] >= timedelta(days=25)]
    return DiagnosisSummary(
        id=key,
        as_of=as_of,
        one_in_10=ten,
        covered=covered,
        bad_year=bad,
        first=first,
        trend=tuple(row[2] for row in rows[-SHOWN:]),
        month_before=before[-1] if before else None,
    )
