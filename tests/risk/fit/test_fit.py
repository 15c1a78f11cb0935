import numpy as np
import pytest

from anshin.risk.distributions import Exponential, Lognormal, mixture
from anshin.risk.errors import DataError, FitError, ParameterError
from anshin.risk.fit import (
    BandTable,
    Family,
    bootstrap,
    fit_family,
    fit_lognormal,
    fit_mixture,
    parameter_draws,
    published_bands,
    read_bands,
    share_above,
)

BANDS = published_bands()
R3, R4 = BANDS["npa_r3"], BANDS["npa_r4"]
GOOD = {"edges": [0, 10, 20], "n": 10, "counts": [5, 3, 2], "grade": "guess", "source": "a table"}


def test_a_single_lognormal_is_rejected_on_the_police_bands():
    published = BandTable("r3 per cent", R3.edges, tuple(0.97 * p for p in (22, 28, 7, 35, 8)))
    fit = fit_lognormal([published])
    assert np.exp(fit.parameters[0]) == pytest.approx(4.87e6, rel=0.01)
    assert fit.parameters[1] == pytest.approx(1.91, abs=0.01)
    assert fit.chi2 == pytest.approx(9.3, abs=0.05)
    assert fit.df == 2
    assert fit.p_value < 0.01
    assert fit_lognormal([R4]).p_value < 0.01
    assert fit_lognormal([R3, R4]).p_value < 0.01


def test_it_puts_too_little_between_10_and_50_million_in_both_years():
    for table in (R3, R4):
        assert fit_lognormal([table]).expected()[0][3] < 0.8 * table.counts[3]


@pytest.mark.parametrize("tables", [[R3], [R4], [R3, R4]], ids=["R3", "R4", "both"])
def test_everyday_and_serious_are_not_rejected(tables):
    fit = fit_mixture(tables)
    assert fit.p_value > 0.05
    weight, everyday, serious = fit.parameters
    assert 0.4 < weight < 0.75
    assert np.exp(everyday) < 1.5e6 < 1e7 < np.exp(serious)
    for table, expected in zip(tables, fit.expected(), strict=True):
        assert expected.sum() == pytest.approx(table.n)
        assert np.abs(expected - table.counts).max() < 0.08 * table.n


def test_both_years_pin_all_five_parameters_badly_and_one_not_at_all():
    assert fit_mixture([R3, R4], sigmas=None).df == 3
    with pytest.raises(FitError) as caught:
        fit_mixture([R3], sigmas=None)
    assert "npa_r3" in caught.value.ja


def test_the_share_of_the_next_years_lies_in_the_band():
    # R5: 37 % of the victims paid 10M or more (not used in the fit)
    one = parameter_draws(fit_mixture([R3]), 2000, np.random.default_rng(1))
    low, high = share_above(one, 1e7)
    assert low < 0.37 < high
    both = parameter_draws(fit_mixture([R3, R4]), 2000, np.random.default_rng(1))
    low, high = share_above(both, 1e7, sample=round(BANDS["npa_r5_tail"].n))
    assert low < 0.37 < high


def test_curvature_and_bootstrap_tell_the_same_uncertainty():
    fit = fit_mixture([R3, R4])
    fast = share_above(parameter_draws(fit, 2000, np.random.default_rng(1)), 1e7)
    slow = share_above(bootstrap(fit, 60, np.random.default_rng(1)), 1e7)
    assert fast == pytest.approx(slow, abs=0.02)


def test_a_fit_finds_the_truth_it_was_drawn_from():
    truth = mixture([(0.6, Lognormal(13.5, 1.0)), (0.4, Lognormal(17.0, 1.0))])
    edges = (0.0, 2e5, 1e6, 3e6, 1e7, 3e7, 1e8)
    chances = np.diff([0.0, *(float(truth.cdf(e)) for e in edges[1:]), 1.0])
    table = BandTable("truth", edges, tuple(map(float, np.random.default_rng(3).multinomial(200_000, chances))))
    fit = fit_mixture([table])
    assert fit.parameters == pytest.approx((0.4, 13.5, 17.0), abs=0.02)
    free = fit_mixture([table], sigmas=None)
    assert free.parameters == pytest.approx((0.4, 13.5, 17.0, 1.0, 1.0), abs=0.05)
    assert free.p_value > 0.01


def test_parameters_the_data_do_not_pin_are_told():
    flat = Family(lambda u: Exponential(1e6), tuple, ((0.0,),), ((-1.0, 1.0),))
    with pytest.raises(FitError):
        parameter_draws(fit_family([R3], flat), 3, np.random.default_rng(1))


def test_the_tables_name_their_source_and_grade():
    for table in BANDS.values():
        assert "警察庁" in table.source
        assert table.grade in {"certain", "estimated", "guess"}
    assert sum(R3.counts[3:]) == 42


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ([], "x"),
        ({**GOOD, "edge": 1}, "x.edge"),
        ({k: v for k, v in GOOD.items() if k != "source"}, "x.source"),
        ({**GOOD, "percent": [1, 2, 3]}, "x"),
        ({k: v for k, v in GOOD.items() if k != "counts"}, "x"),
        ({**GOOD, "n": 11}, "x"),
        ({**GOOD, "counts": [5, 5]}, "x"),
        ({**GOOD, "counts": ["a", 5, 5]}, "x"),
        ({**GOOD, "edges": [0, 20, 10]}, "x"),
        ({**GOOD, "edges": 3}, "x"),
        ({k: v for k, v in GOOD.items() if k != "counts"} | {"percent": [50, 30, 10]}, "x"),
    ],
)
def test_a_table_that_is_none_is_named(entry, key):
    with pytest.raises(DataError) as caught:
        read_bands({"x": entry}, "bands.yaml")
    assert f"“{key}”" in caught.value.en
    assert "bands.yaml" in caught.value.ja


@pytest.mark.parametrize("document", [[], {}, None])
def test_a_file_without_tables_is_refused(document):
    with pytest.raises(DataError):
        read_bands(document, "bands.yaml")


@pytest.mark.parametrize(
    "build",
    [
        lambda: BandTable("x", (0.0,), (1.0,)),
        lambda: BandTable("x", (0.0, 1.0), (1.0, 2.0, 3.0)),
        lambda: BandTable("x", (0.0, 1.0), (0.0, 0.0)),
        lambda: BandTable("x", (0.0, 1.0), (-1.0, 2.0)),
        lambda: parameter_draws(fit_lognormal([R3]), 0, np.random.default_rng(1)),
        lambda: share_above([Exponential(1.0)], 1.0, probability=2),
        lambda: share_above([Exponential(1.0)], 1.0, sample=0),
    ],
)
def test_what_has_no_meaning_is_refused(build):
    with pytest.raises(ParameterError):
        build()
