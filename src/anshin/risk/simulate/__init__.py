"""Event-level Monte Carlo of one firm: years x scenarios, joined by common causes; one table of events comes out.

Here live the model, the simulation and what is read from it. Not here: numbers about the world, cover terms, charts.
"""

from anshin.risk.simulate.aggregate import simulate_aggregate
from anshin.risk.simulate.model import CommonCause, Item, Model, Scenario, code_number
from anshin.risk.simulate.run import simulate
from anshin.risk.simulate.table import Simulation

__all__ = ["CommonCause", "Item", "Model", "Scenario", "Simulation", "code_number", "simulate", "simulate_aggregate"]
