"""The portfolio's figures against closed forms, against the cover's own arithmetic, and against itself cut up."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from anshin.risk.compound import aggregate_fft
from anshin.risk.distributions import Lognormal
from anshin.risk.errors import BlockDamagedError, DataError, ParameterError, PortfolioError
from anshin.risk.frequency import Poisson
from anshin.risk.metrics import quantile, tvar
from anshin.risk.money import Yen
from anshin.risk.portfolio import (
    Run,
    VendorCause,
    YearBlock,
    default_causes,
    make_portfolio,
    read_causes,
    run_portfolio,
)
from anshin.risk.portfolio.kernel import Kernel, Sums, payments
from anshin.risk.portfolio.model import Portfolio
from anshin.risk.terms import ORDERS, Event, Part, Terms, settle_year
from tests.risk.portfolio.firms import firms


def _alike(n: int, **values) -> Portfolio:
    return make_portfolio(rate=np.full(n, 0.02), median=3e6, sigma=1.2, **values)


def test_threads_and_cuts_change_no_byte(small):
    one = run_portfolio(small, workers=1)
    assert one.digest() == run_portfolio(small, workers=3).digest()
    assert one.digest() == run_portfolio(replace(small, portfolio=firms(9000)), workers=2).digest()
    assert one.digest() != run_portfolio(replace(small, seed=8), workers=2).digest()


def test_parts_of_the_firms_add_up_in_any_order(small):
    kernel = small.kernel()
    task = small.tasks()[1]
    whole = kernel.years(*task)
    pieces = [kernel.years(*task, rows=range(i, i + 1)) for i in (2, 0, 1)]
    assert whole.to_bytes() == pieces[0].merged(pieces[1]).merged(pieces[2]).to_bytes()
    assert whole.to_bytes() == pieces[2].merged(pieces[1].merged(pieces[0])).to_bytes()


def test_sums_by_sector_and_by_cause_add_up(small):
    report = run_portfolio(small)
    sums = report.sums
    assert np.array_equal(sums.by_sector.sum(axis=0), sums.net)
    assert sums.histogram[0].sum() <= sums.events
    assert np.all(sums.net <= sums.gross)
    assert np.all(sums.own_gross <= sums.gross)
    whole, worst = report.aal(net=True).value, report.tvar(net=True).value
    for shares in (report.by_sector(), report.by_cause()):
        assert sum(mean for mean, _ in shares.values()) == pytest.approx(whole)
        assert sum(tail for _, tail in shares.values()) == pytest.approx(worst)
    assert set(report.by_cause()) == {"own", "os:A", "cloud:A", "cloud:B"}
    assert set(report.by_sector()) == {"製造", "小売", ""}
    assert json.loads(json.dumps(report.as_dict()))["firms"] == 9000


def test_independent_firms_are_one_compound_poisson():
    # 1000 firms with 0.02 events a year are one compound Poisson with 20
    run = Run(_alike(1000), 20_000, 3)
    report = run_portfolio(run)
    exact = aggregate_fft(Poisson(20.0), Lognormal.from_median(3e6, 1.2))
    yearly = report.yearly(net=False)
    assert abs(report.aal(net=False).value - exact.exact.mean) < 4 * report.aal(net=False).error
    assert yearly.std() == pytest.approx(exact.exact.sd, rel=0.1)
    for p in (0.5, 0.9, 0.99):
        found = quantile(yearly, p)
        assert abs(found.value - exact.quantile(p)) < 4 * found.error + exact.step_bound
    # the largest event: P(largest <= x) = exp(-20 P(X > x))
    for p in (0.5, 0.9, 0.99):
        found = quantile(report.largest(net=False), p)
        expected = Lognormal.from_median(3e6, 1.2).quantile(1 + math.log(p) / 20)
        assert abs(found.value - expected) < 4 * found.error + 1


def test_two_blocks_with_a_common_cause_in_closed_form():
    """Given one event, each of n firms is hit with chance h: hits are binomial; events are Poisson with rate c.

    A year: E = c n h m; Var = c E[(one event)^2] = c (n h (s^2 + m^2 (1 - h)) + (n h m)^2); losses almost constant.
    """
    n, h, c = 400, 0.1, 0.5
    sector = ["a"] * n + ["b"] * n
    portfolio = make_portfolio(
        rate=np.full(2 * n, 1e-9), median=1e6, sigma=0.001, sector=sector, vendors={"cloud": ["A"] * n + ["B"] * n}
    )
    causes = (VendorCause("cloud", "A", c, h), VendorCause("cloud", "B", 2 * c, h))
    report = run_portfolio(Run(portfolio, 40_000, 5, causes))
    yearly = report.yearly(net=False)
    mean = 3 * c * n * h * 1e6
    square = (n * h * (1 - h) + (n * h) ** 2) * 1e12
    assert yearly.mean() == pytest.approx(mean, rel=0.02)
    assert yearly.var() == pytest.approx(3 * c * square, rel=0.03)
    independent = 3 * c * n * h * 1e12
    assert yearly.var() > 30 * independent  # what a sum of independent firms would show
    # OEP: the larger of Poisson(1.5) binomial events; P(largest <= x) = exp(-1.5 P(hits > x))
    from scipy import stats

    for x in (36, 40, 46):
        expected = math.exp(-3 * c * stats.binom.sf(x, n, h))
        assert (report.largest(net=False) <= x * 1e6 * 1.004).mean() == pytest.approx(expected, abs=0.012)
    shares = report.by_cause()
    assert shares["cloud:B"][0] == pytest.approx(2 * shares["cloud:A"][0], rel=0.05)


def test_a_shared_size_makes_the_tail_heavier_but_not_the_mean():
    portfolio = _alike(300, vendors={"os": ["A"] * 300})
    plain, sized = (
        run_portfolio(Run(portfolio, 30_000, 5, (VendorCause("os", "A", 1.0, 0.2, s),))) for s in (0.0, 1.0)
    )
    assert sized.aal(net=False).value == pytest.approx(plain.aal(net=False).value, rel=0.03)
    assert tvar(sized.yearly(net=False), 0.99).value > 1.5 * tvar(plain.yearly(net=False), 0.99).value


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_every_event_is_paid_to_the_yen_as_the_cover_says(order, monkeypatch):
    portfolio = firms(50, rate=np.full(50, 3.0), order=order)
    seen: list[Any] = []
    add = Sums.add

    def spy(self, part, events, generator):
        before = self.net.copy()
        add(self, part, events, generator)
        seen[-1] += (events.year, self.net - before)

    def spy_payments(part, firm, gross):
        seen.append((firm, gross))
        return payments(part, firm, gross)

    monkeypatch.setattr(Sums, "add", spy)
    monkeypatch.setattr("anshin.risk.portfolio.kernel.payments", spy_payments)
    Kernel(portfolio, (), 3, 4096).years(0, 0, 10)
    firm, gross, year, net = seen[0]
    total = np.zeros(10)
    for row in range(50):
        cover = Terms(
            code="x", ja="x", en="x",
            parts=(Part(
                code="x", ja="x", en="x", items=frozenset({"any"}), order=order,
                deductible=Yen(int(portfolio.deductible[row])), limit=Yen(int(portfolio.limit[row])),
                share=Fraction(int(portfolio.permille[row]), 1000),
            ),),
            limit_per_year=Yen(int(portfolio.limit_per_year[row])),
        )  # fmt: skip
        for y in range(10):
            events = [Event({"any": Yen(int(x))}) for x in gross[(firm == row) & (year == y)]]
            total[y] += sum(
                s.paid for s in settle_year(cover, events)
            )  # the order of time does not change a year's sum
    assert np.array_equal(total, net)


def test_losses_are_cut_at_the_largest_and_counted():
    report = run_portfolio(Run(make_portfolio(rate=np.full(500, 0.5), median=9e9, sigma=2.5, largest=1e10), 200, 1))
    assert report.sums.own_gross.max() == 10**10
    assert report.sums.capped > 100


def test_a_long_year_limit_is_felt_only_by_firms_with_several_events():
    free = firms(2000, rate=np.full(2000, 0.5), limit=np.full(2000, 4e6), limit_per_year=np.full(2000, np.inf))
    cut = replace(free, limit_per_year=np.full(2000, 4e6))
    one, other = (run_portfolio(Run(p, 40, 2)).sums.net.sum() for p in (free, cut))
    assert other < 0.95 * one


def test_blocks_survive_the_way_to_disk_and_back(small):
    block = small.block(small.tasks()[0])
    again = YearBlock.from_bytes(block.to_bytes())
    assert again.to_bytes() == block.to_bytes()
    for damaged in (block.to_bytes()[:-1], b"", b"x\n", block.to_bytes().replace(b"\n", b"\n\n", 1)):
        with pytest.raises(ValueError, match="hash"):
            YearBlock.from_bytes(damaged)


def test_a_broken_run_goes_on_and_ends_in_the_same_bytes(small, tmp_path):
    class KilledError(Exception):
        pass

    def kill(done, _whole):
        if done == 2:
            raise KilledError

    with pytest.raises(KilledError):
        run_portfolio(small, workers=1, resume=tmp_path / "run", told=kill)
    kept = sorted(p.name for p in (tmp_path / "run").glob("block-*"))
    assert 0 < len(kept) < len(small.tasks())
    seen = []
    report = run_portfolio(small, resume=tmp_path / "run", told=lambda done, whole: seen.append((done, whole)))
    assert seen[0] == (len(kept), 3)
    assert seen[-1] == (3, 3)
    assert report.digest() == run_portfolio(small).digest()


def test_a_damaged_block_is_named_and_never_used(small, tmp_path):
    run_portfolio(small, resume=tmp_path)
    file = tmp_path / "block-000001.bin"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(BlockDamagedError) as caught:
        run_portfolio(small, resume=tmp_path)
    assert "block-000001.bin" in caught.value.ja
    file.unlink()
    assert run_portfolio(small, resume=tmp_path).digest() == run_portfolio(small).digest()


def test_a_folder_of_another_run_is_refused(small, tmp_path):
    run_portfolio(small, resume=tmp_path)
    with pytest.raises(PortfolioError) as caught:
        run_portfolio(replace(small, seed=99), resume=tmp_path)
    assert caught.value.code == "portfolio.other_run"


def test_a_folder_that_cannot_be_made_is_named(small, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="file"):
        run_portfolio(small, resume=tmp_path / "file" / "run")


def test_default_causes_name_every_vendor():
    portfolio = firms(200)
    causes = default_causes(portfolio)
    assert {c.code for c in causes} == {"os:A", "os:B", "cloud:A", "cloud:B"}
    assert run_portfolio(Run(portfolio, 30, 1, causes)).sums.gross.size == 30


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ([], "(top)"),
        ({"os": 3}, "os"),
        ({"os": {"rate": 1, "hit": 0.1, "grade": "guess"}}, "os"),
        ({"os": {"rate": 1, "hit": 0.1, "grade": "guess", "source": "x", "size": 3}}, "os"),
        ({"os": {"rate": 0, "hit": 0.1, "grade": "guess", "source": "x"}}, "os"),
        ({"os": {"rate": 1, "hit": 1.1, "grade": "guess", "source": "x"}}, "os"),
    ],
)
def test_causes_that_are_none_are_named(document, key):
    with pytest.raises(DataError, match=r"causes\.yaml") as caught:
        read_causes(document, firms(20), "causes.yaml")
    assert f"“{key}”" in caught.value.en


@pytest.mark.parametrize(
    "build",
    [
        lambda: make_portfolio(rate=[0.0], median=1, sigma=1),
        lambda: make_portfolio(rate=[-1.0], median=1, sigma=1),
        lambda: make_portfolio(rate=[math.nan], median=1, sigma=1),
        lambda: make_portfolio(rate=[0.1, 0.1], median=[1, 0], sigma=1),
        lambda: make_portfolio(rate=[0.1, 0.1], median=[1, 1, 1], sigma=1),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=-1),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, serious_share=1.2),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, deductible=0.5),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, share=1.1),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, share=0.33333),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, limit=-1),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, limit=math.nan),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, largest=1e15),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, sector=["a", "b"]),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, vendors={"printer": ["x"]}),
        lambda: make_portfolio(rate=[0.1], median=1, sigma=1, order=()),
        lambda: VendorCause("printer", "A", 1, 0.1),
        lambda: VendorCause("os", "A", 0, 0.1),
        lambda: VendorCause("os", "A", 1, 0),
        lambda: VendorCause("os", "A", 1, 0.1, -1),
        lambda: Run(firms(10), 0, 1),
        lambda: Run(firms(10), 10, -1),
        lambda: Run(firms(10), 10, 1, block_years=0),
        lambda: Run(firms(10), 10, 1, (VendorCause("mail", "A", 1, 0.1),)),
        lambda: run_portfolio(Run(firms(10), 10, 1), workers=-1),
    ],
)
def test_what_has_no_meaning_is_refused(build):
    with pytest.raises(ParameterError) as caught:
        build()
    assert len(caught.value.ja) > 10


def test_an_empty_portfolio_is_refused():
    with pytest.raises(PortfolioError) as caught:
        make_portfolio(rate=[], median=1, sigma=1)
    assert caught.value.code == "portfolio.empty"


def test_a_bad_row_is_named():
    with pytest.raises(ParameterError, match="row 2"):
        make_portfolio(rate=[0.1, -0.1], median=1, sigma=1)


def test_a_sum_that_float64_cannot_hold_is_refused_not_rounded():
    huge = make_portfolio(rate=np.full(500, 30.0), median=1e12, sigma=0.1)
    with pytest.raises(PortfolioError) as caught:
        run_portfolio(Run(huge, 2, 1))
    assert caught.value.code == "portfolio.too_large"


def test_a_large_portfolio_is_cut_into_many_blocks_of_years():
    large = firms(50_000, rate=np.full(50_000, 0.8))
    assert Run(large, 1000, 1).tasks()[0].years == 20
    assert [task.years for task in Run(firms(100), 9000, 1).tasks()] == [4000, 4000, 1000]
