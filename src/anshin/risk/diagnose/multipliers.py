"""What a set of adopted controls leaves of frequencies and costs."""

from collections.abc import Callable, Mapping

import numpy as np

from anshin.risk.controls.joint import factor, joint
from anshin.risk.controls.model import controls, rules
from anshin.risk.diagnose.parameters import AccidentParameters, Parameters
from anshin.risk.distributions import Floats
from anshin.risk.profile.adoption import Adoptions
from anshin.risk.terms import covers


class Multipliers:
    """Factors of one accident for any adoption of controls; arrays have one entry for each parameter set."""

    def __init__(
        self,
        parameters: Parameters,
        accident: AccidentParameters,
        effects: Mapping[tuple[str, int], Floats] | None = None,
    ) -> None:
        """Look up which effects concern this accident; `effects` replaces some of the drawn ones."""
        drawn = {**parameters.effects, **(effects or {})}
        self.items = [item.code for item in accident.accident.items]
        self.sets = accident.serious.size
        concerned = [
            (control, number, effect, drawn[control.id, number])
            for control in controls().values()
            for number, effect in enumerate(control.effects)
            if effect.scenario == accident.accident.id
        ]
        self._frequency = [(c.id, full, c.partial == "weakest") for c, _, e, full in concerned if e.frequency]
        self._severity = [
            (c.id, full, c.partial == "weakest", [any(covers(p, code) for p in e.items) for code in self.items])
            for c, _, e, full in concerned
            if e.severity
        ]
        # items that the same effects concern share one computation
        self._rows: dict[tuple[int, ...], list[int]] = {}
        for row in range(len(self.items)):
            these = tuple(number for number, effect in enumerate(self._severity) if effect[3][row])
            self._rows.setdefault(these, []).append(row)
        self.controls = {c.id for c, *_ in concerned}
        self._order = sorted(self.controls)
        self._known: dict[tuple[str, bytes], Floats] = {}

    def frequency(self, adoptions: Adoptions) -> Floats:
        """Return what is left of the yearly number of events."""
        return self._once(adoptions, "frequency", self._all_frequency)

    def severity(self, adoptions: Adoptions) -> Floats:
        """Return what is left of each cost item: items x sets."""
        return self._once(adoptions, "severity", self._all_severity)

    def _once(self, adoptions: Adoptions, what: str, compute: Callable[[Adoptions], Floats]) -> Floats:
        """Return what was computed for the same adoptions before; many variants leave an accident as it was."""
        key = (what, b"".join(adoptions[control].tobytes() for control in self._order))
        if key not in self._known:
            self._known[key] = compute(adoptions)
        return self._known[key]

    def _all_frequency(self, adoptions: Adoptions) -> Floats:
        factors = [factor(full, adoptions[key], weakest=weakest) for key, full, weakest in self._frequency]
        if not factors:
            return np.ones(self.sets)
        return joint(factors, rank_weight=rules().rank_weight, floor=rules().floor_frequency)

    def _all_severity(self, adoptions: Adoptions) -> Floats:
        left = np.ones((len(self.items), self.sets))
        for concerned, rows in self._rows.items():
            if concerned:
                each = [self._severity[number] for number in concerned]
                factors = [factor(full, adoptions[key], weakest=weakest) for key, full, weakest, _ in each]
                left[rows] = joint(factors, rank_weight=rules().rank_weight, floor=rules().floor_severity)
        return left
