import math
from typing import Literal, cast

import numpy as np
import pytest

from anshin.risk import metrics
from anshin.risk.compound import aggregate_fft, moments, oep_quantile
from anshin.risk.distributions import Deterministic, Exponential, Lognormal, pert
from anshin.risk.errors import ParameterError
from anshin.risk.frequency import NegativeBinomial, Poisson
from anshin.risk.simulate import CommonCause, Item, Model, Scenario, simulate, simulate_aggregate
from anshin.risk.terms import load_terms

LOSS = Lognormal.from_median(3e6, 1.2)
ONE = Model((Scenario("ransomware", Poisson(0.4), (Item("response.forensics", LOSS),)),))
TWO = Model(
    (
        Scenario(
            "ransomware",
            NegativeBinomial(0.3, 1.0),
            (
                Item("response.forensics", LOSS),
                Item("liability.damages", Exponential(1e6), probability=0.25),
                Item("profit.lost", pert(1e4, 3e4, 9e4), basis="hour"),
            ),
            perils=frozenset({"leak"}),
            hours=Lognormal.from_median(48, 1.0),
            size=Lognormal(-0.125, 0.5),
            hits={"cloud": 0.2},
        ),
        Scenario("mail", Poisson(0.5), (Item("response.forensics", Exponential(2e5)),), hits={"cloud": 0.5}),
    ),
    (CommonCause("cloud", Poisson(0.3), Lognormal(-0.125, 0.5)),),
)
YEARS = 60_000


def _bytes(simulation) -> bytes:
    names = ("year", "when", "scenario", "cause", "mark", "hours", "losses")
    return b"".join(np.ascontiguousarray(getattr(simulation, name)).tobytes() for name in names)


def test_one_scenario_has_the_exact_moments_and_curves():
    simulation = simulate(ONE, years=200_000, seed=1)
    exact = moments(Poisson(0.4), LOSS)
    found = metrics.mean(simulation.yearly())
    assert abs(found.value - exact.mean) < 4 * found.error
    sums = aggregate_fft(Poisson(0.4), LOSS)
    for p in (0.9, 0.99):
        year = metrics.quantile(simulation.yearly(), p)
        assert abs(year.value - sums.quantile(p)) < 4 * year.error + sums.step_bound
        largest = metrics.quantile(simulation.yearly_largest(), p)
        assert abs(largest.value - oep_quantile(Poisson(0.4), LOSS, p)) < 4 * largest.error + 1


def test_expected_events_and_losses_of_every_part():
    simulation = simulate(TWO, years=YEARS, seed=3)
    causes = {cause.code: cause for cause in TWO.causes}
    for index, scenario in enumerate(TWO.scenarios):
        expected = scenario.expected_events(causes) * YEARS
        assert abs((simulation.scenario == index).sum() - expected) < 5 * math.sqrt(2 * expected)
    assert TWO.scenarios[0].expected_events(causes) == pytest.approx(0.36)
    means = simulation.mean_by_item_and_scenario()
    assert means["ransomware", "liability.damages"] == pytest.approx(0.36 * 0.25 * 1e6, rel=0.06)
    assert means["mail", "response.forensics"] == pytest.approx(0.65 * 2e5, rel=0.05)
    hour = pert(1e4, 3e4, 9e4).mean() * Lognormal.from_median(48, 1.0).mean()
    assert means["ransomware", "profit.lost"] == pytest.approx(0.36 * hour, rel=0.08)
    whole = simulation.yearly().mean()
    for sums in (simulation.mean_by_item(), simulation.mean_by_scenario(), means):
        assert sum(sums.values()) == pytest.approx(whole)


def test_losses_are_whole_yen_and_events_in_order_of_time():
    simulation = simulate(TWO, years=5000, seed=3)
    assert np.array_equal(simulation.losses, np.rint(simulation.losses))
    moment = simulation.year + simulation.when
    assert np.all(np.diff(moment) >= 0)
    assert simulation.by_event.sum() == simulation.yearly().sum()


def test_a_common_cause_strikes_both_scenarios_at_the_same_moment():
    simulation = simulate(TWO, years=YEARS, seed=3)
    hit = simulation.cause == 0
    both = np.intersect1d(
        (simulation.year + simulation.when)[hit & (simulation.scenario == 0)],
        (simulation.year + simulation.when)[hit & (simulation.scenario == 1)],
    )
    expected = 0.3 * 0.2 * 0.5 * YEARS
    assert abs(both.size - expected) < 5 * math.sqrt(expected)


def test_two_firms_share_the_causes_but_nothing_else():
    one, other = (simulate(TWO, years=YEARS, seed=3, company=c) for c in (1, 2))

    def moments_of(simulation, cause):
        return (simulation.year + simulation.when)[simulation.cause == cause]

    assert np.intersect1d(moments_of(one, 0), moments_of(other, 0)).size > 300
    assert np.intersect1d(moments_of(one, -1), moments_of(other, -1)).size == 0


def test_the_same_arguments_give_the_same_bytes_and_blocks_do_not_show(monkeypatch):
    whole = simulate(TWO, years=5000, seed=9)
    assert _bytes(whole) == _bytes(simulate(TWO, years=5000, seed=9))
    assert _bytes(whole) != _bytes(simulate(TWO, years=5000, seed=10))
    alone = simulate(Model(TWO.scenarios[1:], TWO.causes), years=5000, seed=9)
    mail = whole.scenario == 1
    assert np.array_equal(alone.by_event, whole.by_event[mail])  # taking a scenario away moves no other


def test_more_than_one_block_of_years(monkeypatch):
    monkeypatch.setattr("anshin.risk.simulate.run.BLOCK", 1000)
    simulation = simulate(ONE, years=2500, seed=9)
    assert simulation.year.max() >= 2000
    first = simulate(ONE, years=1000, seed=9)
    assert np.array_equal(first.by_event, simulation.by_event[simulation.year < 1000])


def test_draws_of_parameters_stand_side_by_side():
    models = [
        Model((Scenario("s", Poisson(rate), (Item("response", Deterministic(100)),)),)) for rate in (0.1, 0.5, 2.0)
    ]
    simulation = simulate(models, years=30_000, seed=1)
    assert simulation.draws == 3
    assert simulation.per_draw(simulation.yearly()).mean(axis=1) == pytest.approx([10, 50, 200], rel=0.06)


def test_variants_keep_the_same_events():
    base = simulate(TWO, years=YEARS, seed=4)
    fewer = base.variant(keep={"ransomware": 0.5})
    index = (base.scenario == 0) & (base.mark >= 0.5)
    assert fewer.year.size == base.year.size - index.sum()
    assert fewer.mean_by_scenario()["ransomware"] == pytest.approx(base.mean_by_scenario()["ransomware"] / 2, rel=0.05)
    assert fewer.mean_by_scenario()["mail"] == base.mean_by_scenario()["mail"]
    smaller = base.variant(scale={"mail": 0.1, ("ransomware", "profit.lost"): 0.0})
    assert smaller.mean_by_scenario()["mail"] == pytest.approx(base.mean_by_scenario()["mail"] / 10, rel=1e-3)
    assert smaller.mean_by_item()["profit.lost"] == 0
    assert np.array_equal(base.variant().losses, base.losses)
    assert np.all(fewer.yearly() <= base.yearly())


def test_thinning_a_negative_binomial_leaves_a_negative_binomial():
    base = simulate(
        Model((Scenario("s", NegativeBinomial(0.8, 1.5), (Item("response", Deterministic(1)),)),)),
        years=200_000,
        seed=4,
    )
    counts = base.variant(keep={"s": 0.3}).yearly()
    expected = NegativeBinomial(0.24, 1.5)
    assert counts.mean() == pytest.approx(expected.mean(), rel=0.02)
    assert counts.var() == pytest.approx(expected.var(), rel=0.03)


def test_variants_per_draw():
    simulation = simulate([ONE, ONE], years=4000, seed=5)
    variant = simulation.variant(keep={"ransomware": [0.0, 1.0]}, scale={"ransomware": [1.0, 2.0]})
    gross = simulation.per_draw(simulation.yearly())
    assert np.array_equal(variant.per_draw(variant.yearly()), np.stack([np.zeros(2000), 2 * gross[1]]))


def test_a_cover_pays_in_the_simulation_what_it_pays_by_hand():
    simulation = simulate(TWO, years=3000, seed=6)
    pack = load_terms("pack")
    payments = simulation.pay(pack)
    assert np.all(payments.by_event <= 4_000_000)
    by_year = simulation.yearly(payments.by_event)
    assert by_year.max() <= 4_000_000
    leak = simulation.scenario == 0
    assert payments.by_event[~leak].sum() == 0
    rows = [simulation.items.index(code) for code in ("response.forensics", "liability.damages")]
    eligible = np.minimum(simulation.losses[rows].sum(axis=0)[leak], 4_000_000)
    single = np.bincount(simulation.year[leak], minlength=3000)[simulation.year[leak]] == 1
    assert np.array_equal(payments.by_event[leak][single], eligible[single])


def test_a_model_in_which_nothing_happens_has_empty_years():
    quiet = Model((Scenario("s", Poisson(1e-9), (Item("response", Deterministic(1)),)),))
    simulation = simulate(quiet, years=10, seed=1)
    assert simulation.year.size == 0
    assert simulation.yearly().tolist() == [0.0] * 10
    assert simulation.yearly_largest().tolist() == [0.0] * 10
    assert simulation.pay(load_terms("full")).by_event.size == 0


def test_yearly_sums_of_one_compound():
    years = simulate_aggregate(Poisson(0.4), LOSS, 100_000, np.random.default_rng(1))
    exact = moments(Poisson(0.4), LOSS)
    assert abs(years.mean() - exact.mean) < 4 * exact.sd / math.sqrt(years.size)
    assert (years == 0).mean() == pytest.approx(math.exp(-0.4), abs=0.006)
    assert simulate_aggregate(Poisson(1e-9), LOSS, 5, np.random.default_rng(1)).tolist() == [0.0] * 5


@pytest.mark.parametrize(
    "build",
    [
        lambda: Item("a", LOSS, probability=1.5),
        lambda: Item("a", LOSS, basis=cast("Literal['hour']", "day")),
        lambda: Scenario("s", Poisson(1), ()),
        lambda: Scenario("s", Poisson(1), (Item("a", LOSS), Item("a", LOSS))),
        lambda: Scenario("s", Poisson(1), (Item("a", LOSS, basis="hour"),)),
        lambda: Scenario("s", Poisson(1), (Item("a", LOSS),), hits={"os": 2}),
        lambda: Scenario("s", None, (Item("a", LOSS),)),
        lambda: Scenario("s", None, (Item("a", LOSS),), hits={"os": 0.0}),
        lambda: Model(()),
        lambda: Model((*ONE.scenarios, *ONE.scenarios)),
        lambda: Model(ONE.scenarios, (*TWO.causes, *TWO.causes)),
        lambda: Model(TWO.scenarios),
        lambda: simulate(ONE, years=0, seed=1),
        lambda: simulate(ONE, years=10, seed=-1),
        lambda: simulate([], years=10, seed=1),
        lambda: simulate([ONE, ONE, ONE], years=10, seed=1),
        lambda: simulate([ONE, TWO], years=10, seed=1),
        lambda: simulate(ONE, years=10, seed=1).variant(keep={"x": 1}),
        lambda: simulate(ONE, years=10, seed=1).variant(keep={"ransomware": 1.5}),
        lambda: simulate(ONE, years=10, seed=1).variant(keep={"ransomware": [1, 1]}),
        lambda: simulate(ONE, years=10, seed=1).variant(scale={"ransomware": -1}),
        lambda: simulate(ONE, years=10, seed=1).variant(scale={"ransomware": math.nan}),
        lambda: simulate(ONE, years=10, seed=1).variant(scale={("ransomware", "x"): 1}),
        lambda: simulate_aggregate(Poisson(1), LOSS, 0, np.random.default_rng(1)),
    ],
)
def test_models_without_meaning_are_refused(build):
    with pytest.raises(ParameterError) as caught:
        build()
    assert len(caught.value.ja) > 10
