"""What the provider's board shows of each customer company."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from anshin.console.cases import operations as cases
from anshin.console.cases.operations import CaseSummary
from anshin.console.diagnosis import operations as diagnosis
from anshin.console.diagnosis.operations import DiagnosisSummary
from anshin.console.fleet import operations as fleet
from anshin.console.fleet.operations import FleetSummary
from anshin.console.people.models import Organisation
from anshin.console.web.home import State, judge


@dataclass(frozen=True, slots=True)
class Row:
    """One company on the board."""

    company: Organisation
    fleet: FleetSummary
    cases: CaseSummary
    loss: DiagnosisSummary = field(default_factory=DiagnosisSummary)

    @property
    def state(self) -> State:
        """How the company is, by the rule of its own home page."""
        return judge(self.fleet, self.cases).state

    @property
    def weight(self) -> int:
        """Where the company stands on the board, the smallest first: urgent, then who waits for the desk."""
        if self.state is State.URGENT:
            return 0
        return 1 if self.cases.with_desk else {State.ATTENTION: 2, State.UNKNOWN: 3}.get(self.state, 4)


def rows_of(companies: Sequence[Organisation]) -> list[Row]:
    """Return one row for each company, who needs someone first, in a constant number of queries."""
    fleets, open_cases = fleet.summaries(companies), cases.summaries(companies)
    losses = diagnosis.summaries(companies)
    rows = [Row(company, fleets[company.id], open_cases[company.id], losses[company.id]) for company in companies]
    return sorted(rows, key=lambda row: (row.weight, row.company.name))
