"""What a cover pays of the simulated events, and what becomes of the rest."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anshin.risk.diagnose.measure import bad_year_weights, largest_event, summary, whole
from anshin.risk.diagnose.simulated import Kept
from anshin.risk.distributions import Floats
from anshin.risk.document import CoverResult, WhereItGoes
from anshin.risk.scenarios.load import accidents
from anshin.risk.terms import Terms, pay
from anshin.risk.text import Bilingual

NEVER = "money."
"""Ransom and transferred money: the class that no cover here pays."""


def cover(terms: Terms, kept: Kept, codes: Sequence[str], ids: Sequence[str], *, years: int, sets: int) -> CoverResult:
    """Return the effect of `terms` on the events `kept`; `ids` are the accidents that `kept.accident` counts."""
    perils = [accidents()[key].perils for key in ids]
    paid = _paid(terms, kept, codes, perils)
    free = _paid(_unlimited(terms), kept, codes, perils)
    never = np.array([code.startswith(NEVER) for code in codes])
    insured = np.array(
        [[terms.part_of(code, tags) is not None for tags in perils] for code in codes], dtype=bool
    ).reshape(len(codes), len(perils))[:, kept.accident]
    by_event = kept.losses.sum(axis=0)
    parts = {
        "paid": paid,
        "never_insured": kept.losses[never].sum(axis=0),
        "not_covered": np.where(insured | never[:, None], 0.0, kept.losses).sum(axis=0),
        "over_limit": free - paid,
    }
    parts["own_share"] = by_event - sum(parts.values())
    loss = _by_year(kept, by_event, years)
    weights = bad_year_weights(loss)
    yearly = {name: _by_year(kept, amounts, years) for name, amounts in parts.items()}
    left = by_event - paid
    limit = _limit(terms)
    year_paid = yearly["paid"]
    used_up = year_paid >= limit
    serious = np.zeros(years, dtype=bool)
    serious[kept.year[kept.serious]] = True
    return CoverResult(
        id=terms.code,
        title=Bilingual(ja=terms.ja, en=terms.en),
        limit=limit,
        expected=_shares({name: float(amounts.mean()) for name, amounts in yearly.items()}),
        bad_year=_shares({name: float(amounts @ weights) for name, amounts in yearly.items()}),
        remaining=summary(_by_year(kept, left, years), largest_event(kept.year, left, years), sets),
        p_used=float((year_paid > 0).mean()),
        p_exhausted=float(used_up.mean()),
        p_exhausted_if_serious=float(used_up[serious].mean()) if serious.any() else 0.0,
    )


def _shares(parts: dict[str, float]) -> WhereItGoes:
    """Round the parts so that they add up to the rounded total; the largest part takes the difference."""
    yen = {name: whole(value) for name, value in parts.items()}
    total = whole(sum(parts.values()))
    yen[max(yen, key=lambda name: yen[name])] += total - sum(yen.values())
    return WhereItGoes(total=total, **yen)


def _by_year(kept: Kept, amounts: Floats, years: int) -> Floats:
    return np.asarray(np.bincount(kept.year, weights=amounts, minlength=years), dtype=np.float64)


def _paid(terms: Terms, kept: Kept, codes: Sequence[str], perils: Sequence[frozenset[str]]) -> Floats:
    return pay(terms, codes, kept.losses, year=kept.year, perils=perils, peril=kept.accident, hours=kept.hours).by_event


def _unlimited(terms: Terms) -> Terms:
    """Return the same terms without any limit, to tell the deductible from the limit."""
    parts = tuple(replace(part, limit=None, limit_per_year=None, sublimits=()) for part in terms.parts)
    return replace(terms, parts=parts, limit_per_event=None, limit_per_year=None)


def _limit(terms: Terms) -> int:
    """Return the most that a year can bring."""
    for limit in (terms.limit_per_year, terms.limit_per_event):
        if limit is not None:
            return int(limit)
    return sum(int(part.limit_per_year or part.limit or 0) for part in terms.parts)
