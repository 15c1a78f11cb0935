"""What the provider's board shows of each customer company."""

from collections.abc import Sequence
from dataclasses import dataclass

from anshin.console.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Row:
    """One company on the board."""

    company: Organisation


def rows_of(companies: Sequence[Organisation]) -> list[Row]:
    """Return one row for each company, in the given order, in a constant number of queries."""
    return [Row(company) for company in companies]
