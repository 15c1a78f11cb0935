"""The data against what is published. Each figure is a check of order, not a proof; sources in `sources.yaml`."""

import numpy as np
import pytest

from anshin.risk.diagnose.covers import cover
from anshin.risk.diagnose.parameters import draw_parameters
from anshin.risk.diagnose.simulated import Simulated
from anshin.risk.money import Yen
from anshin.risk.profile.adoption import usual_adoptions
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from anshin.risk.terms import Part, Terms
from tests.risk.firms import firm

YEARS, SETS, SEED = 300_000, 50, 11
RECOVERY = ("response.first_response", "response.forensics", "response.restoration", "response.recurrence")
OUT_OF_POCKET = ("response.", "money.", "administrative.")


class Reference:
    """The reference firm (30 people, ¥500M, usual controls), simulated once."""

    def __init__(self):
        draws = Draws(SEED, SETS)
        self.firm = read_firm(firm(), draws)
        usual = usual_adoptions(draws)
        self.simulated = Simulated(self.firm, draw_parameters(self.firm, draws), usual, years=YEARS, seed=SEED)
        self.kept = self.simulated.kept(usual)
        self.codes, self.ids = list(self.simulated.codes), list(self.simulated.tables)

    def rows(self, *prefixes):
        return [number for number, code in enumerate(self.codes) if code.startswith(prefixes)]


@pytest.fixture(scope="module")
def reference():
    return Reference()


def test_recovery_after_ransomware_costs_ten_million_in_37_percent(reference):
    """National Police Agency 2023: investigation and recovery cost ¥10M or more for 37 % of the victims asked."""
    kept = reference.kept
    here = kept.accident == reference.ids.index("ransomware")
    recovery = kept.losses[np.ix_(reference.rows(*RECOVERY), here)].sum(axis=0)
    sets = kept.year[here] // (YEARS // SETS)
    shares = [float((recovery[sets == k] >= 1e7).mean()) for k in range(SETS) if (sets == k).any()]
    low, high = np.percentile(shares, (10, 90))
    assert low < 0.37 < high
    assert float((recovery >= 1e7).mean()) == pytest.approx(0.37, abs=0.07)


def test_recovery_is_spread_over_the_police_bands(reference):
    """National Police Agency 2021 and 2022: below ¥1M 22-24 %, from ¥50M 8-13 %; all sizes, so less here."""
    kept = reference.kept
    here = kept.accident == reference.ids.index("ransomware")
    recovery = kept.losses[np.ix_(reference.rows(*RECOVERY), here)].sum(axis=0)
    assert 0.08 < (recovery < 1e6).mean() < 0.28
    assert 0.02 < (recovery >= 5e7).mean() < 0.13


def test_a_quarter_of_firms_has_an_incident(reference):
    """IPA 2024: 23.3 % of 4,191 small and medium firms had one within the year."""
    counts = np.bincount(reference.kept.year, minlength=YEARS)
    assert float((counts > 0).mean()) == pytest.approx(0.233, abs=0.03)
    assert counts.var() > counts.mean(), "some firms have many: counts are wider than Poisson"


def test_three_terms_of_firms_with_an_incident(reference):
    """IPA 2024: those firms lost ¥0.73M on average over three terms, 9.4 % of them ¥1M or more."""
    kept = reference.kept
    paid = np.bincount(
        kept.year, weights=kept.losses[reference.rows(*OUT_OF_POCKET)].sum(axis=0), minlength=YEARS
    ).reshape(-1, 3)
    struck = np.bincount(kept.year, minlength=YEARS).reshape(-1, 3)[:, 2] > 0
    losses = paid[struck].sum(axis=1)
    assert float(losses.mean()) == pytest.approx(730_000, rel=0.35)
    assert float((losses >= 1e6).mean()) == pytest.approx(0.094, abs=0.03)


def test_expected_insured_loss_agrees_with_prices(reference):
    """Public price lists at a loss ratio of 40-50 %: ¥25-80k a year at sales of ¥500M (damages 100M, costs 30M)."""
    parts = (("liability", 100_000_000), ("response", 30_000_000))
    terms = Terms(
        code="list",
        ja="料金表",
        en="price list",
        parts=tuple(
            Part(code, code, code, frozenset([code]), deductible=Yen(100_000), limit=Yen(limit))
            for code, limit in parts
        ),
        excluded=frozenset(["money"]),
    )
    paid = cover(terms, reference.kept, reference.codes, reference.ids, years=YEARS, sets=SETS).expected.paid
    assert 25_000 <= paid <= 80_000


def test_serious_events_come_in_0_3_to_1_5_percent_of_years(reference):
    """Price back-out: 0.3-1.5 % a year, with 0.1-5 % shown over the parameter sets."""
    kept = reference.kept
    years = np.unique(kept.year[kept.serious])
    assert 0.003 < years.size / YEARS < 0.015
    shares = np.bincount(years // (YEARS // SETS), minlength=SETS) / (YEARS // SETS)
    assert shares.min() > 0.001
    assert shares.max() < 0.05


def test_expected_mean_and_simulated_mean_agree(reference):
    """The mean over marks is what thinning gives, up to chance."""
    usual = usual_adoptions(Draws(SEED, SETS))
    yearly = reference.simulated.total(reference.simulated.yearly(usual))
    error = float(yearly.std()) / np.sqrt(YEARS)
    assert reference.simulated.mean(usual) == pytest.approx(float(yearly.mean()), abs=4 * error)


def test_a_common_cause_joins_accidents_of_one_year(reference):
    """Without a common cause the counts of two accidents would be independent given the parameters."""
    counts = {}
    for key in ("cloud_outage", "ddos", "supplier_stop", "leak_intrusion"):
        table = reference.simulated.tables[key]
        counts[key] = np.bincount(table.year, minlength=YEARS) > 0

    def lift(one, other):
        both, alone = (counts[one] & counts[other]).mean(), counts[one].mean() * counts[other].mean()
        return float(both / alone)

    assert lift("supplier_stop", "leak_intrusion") > 1.25, "both come through suppliers"
    assert lift("cloud_outage", "ddos") > 1.1, "both come through clouds"
