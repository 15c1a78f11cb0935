"""What the provider's board shows of each customer company."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from anshin.console.cases import operations as cases
from anshin.console.cases.operations import CaseSummary
from anshin.console.fleet import operations as fleet
from anshin.console.fleet.operations import FleetSummary
from anshin.console.people.models import Organisation

State = Literal["safe", "attention", "urgent", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """One company on the board."""

    company: Organisation
    fleet: FleetSummary
    cases: CaseSummary

    @property
    def state(self) -> State:
        """How much this company needs someone now: the worst of its devices, detections and cases."""
        if self.fleet.urgent or self.fleet.not_blocked or self.cases.with_desk:
            return "urgent"
        if self.fleet.attention or self.fleet.unhandled or self.cases.open:
            return "attention"
        return "safe" if self.fleet.total and self.fleet.safe == self.fleet.total else "unknown"


_ORDER: dict[State, int] = {"urgent": 0, "attention": 1, "unknown": 2, "safe": 3}


def rows_of(companies: Sequence[Organisation]) -> list[Row]:
    """Return one row for each company, who needs someone first, in a constant number of queries."""
    fleets, open_cases = fleet.summaries(companies), cases.summaries(companies)
    rows = [Row(company, fleets[company.id], open_cases[company.id]) for company in companies]
    return sorted(rows, key=lambda row: (_ORDER[row.state], row.company.name))
