"""Draws for the parameter sets: stratified, and keyed by name so that another question moves no other draw."""

import numpy as np

from anshin.risk.distributions import Floats, Severity
from anshin.risk.simulate import code_number
from anshin.risk.streams import stream


class Draws:
    """Uniform and other draws for `sets` parameter sets."""

    def __init__(self, seed: int, sets: int) -> None:
        """`seed` is that of the diagnosis."""
        self.seed, self.sets = seed, sets

    def uniform(self, name: str) -> Floats:
        """Return one uniform number in each of `sets` equal strata, in random order (Latin hypercube)."""
        generator = stream(self.seed, code_number(f"parameter:{name}"))
        return (generator.permutation(self.sets) + generator.random(self.sets)) / self.sets

    def of(self, distribution: Severity, name: str) -> Floats:
        """Return stratified draws of `distribution`."""
        return np.asarray(distribution.ppf(self.uniform(name)))

    def option(self, weights: dict[str, float], name: str) -> list[str]:
        """Return one option for each set, by weight."""
        edges = np.cumsum(list(weights.values())) / sum(weights.values())
        at = np.searchsorted(edges, self.uniform(name), side="right")
        names = list(weights)
        return [names[min(int(i), len(names) - 1)] for i in at]
