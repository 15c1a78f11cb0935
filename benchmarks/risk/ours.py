"""Our own rows, and plain NumPy as the yardstick."""

import json
import time
from typing import Any

import numpy as np

from anshin.risk.compound import aggregate_fft
from anshin.risk.distributions import Lognormal, pert
from anshin.risk.frequency import Poisson
from anshin.risk.portfolio import Run, default_causes, make_portfolio, run_portfolio
from anshin.risk.simulate import simulate_aggregate
from benchmarks.risk.case import LEF, MAGNITUDE, MEAN, MEDIAN, Q995, RATE, SIGMA, Row, best

FREQUENCY, SEVERITY = Poisson(RATE), Lognormal.from_median(MEDIAN, SIGMA)
Floats = np.ndarray[Any, np.dtype[np.float64]]


def plain_numpy(years: int, generator: np.random.Generator) -> Floats:
    """The shortest vectorised way: counts, repeated year numbers, one bincount."""
    counts = generator.poisson(RATE, years)
    year = np.repeat(np.arange(years), counts)
    return np.bincount(year, weights=generator.lognormal(np.log(MEDIAN), SIGMA, year.size), minlength=years).astype(
        np.float64, copy=False
    )


def simulations(years: int, runs: int) -> list[Row]:
    """Plain NumPy and ours in turn."""
    generators = [np.random.default_rng(1), np.random.default_rng(2)]
    (plain, a), (ours, b) = best(
        runs,
        lambda: plain_numpy(years, generators[0]),
        lambda: simulate_aggregate(FREQUENCY, SEVERITY, years, generators[1]),
    )
    return [
        Row(who, "simulation", seconds, runs, sample.mean() / MEAN - 1, float(np.quantile(sample, 0.995)) / Q995 - 1)
        for who, seconds, sample in (("numpy, vectorised", plain, a), ("anshin", ours, b))
    ]


def transforms(runs: int) -> list[Row]:
    """The FFT on two grids."""
    rows = []
    for log2, times in ((16, runs), (20, 3), (22, 1)):
        (seconds, sums), *_ = best(times, lambda log2=log2: aggregate_fft(FREQUENCY, SEVERITY, log2=log2))  # type: ignore[misc]
        note = f"2^{log2}, amounts within ¥{sums.step_bound:,.0f}"
        rows.append(Row("anshin", "FFT", seconds, times, sums.mean() / MEAN - 1, sums.quantile(0.995) / Q995 - 1, note))
    return rows


def compound_of_two_perts(years: int) -> dict[str, float]:
    """What pyfair multiplies, compounded: events of a year are Poisson with the drawn rate, each with its own size."""
    generator = np.random.default_rng(3)
    counts = generator.poisson(pert(*LEF).sample(generator, years))
    year = np.repeat(np.arange(years), counts)
    sums = np.bincount(year, pert(*MAGNITUDE).sample(generator, year.size), years)
    return {"mean": float(sums.mean()), "none": float((sums == 0).mean()), "q995": float(np.quantile(sums, 0.995))}


def portfolio(firms: int, years: int) -> dict[str, Any]:
    """A portfolio run: CPU and wall time an event, and what a million firms times 100,000 years would take."""
    import resource

    generator = np.random.default_rng(1)
    held = make_portfolio(
        rate=generator.gamma(2, 0.005, firms), median=generator.uniform(1e6, 5e6, firms), sigma=1.4, serious_share=0.2,
        serious_median=2e7, serious_sigma=0.9, deductible=100_000, share=0.9, limit=4e6, limit_per_year=4e6,
        sector=list(generator.choice(["製造", "小売", "建設", "情報", "運輸"], firms)),
        vendors={kind: list(generator.choice(["A", "B", "C"], firms)) for kind in ("os", "cloud", "vpn")},
    )  # fmt: skip
    run = Run(held, years, 7, default_causes(held))
    wall, cpu = time.perf_counter(), time.process_time()
    report = run_portfolio(run)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    events = report.sums.events
    a_firm_year = events / firms / years
    return {
        "firms": firms,
        "years": years,
        "events": events,
        "wall_seconds": wall,
        "cpu_ns_per_event": cpu / events * 1e9,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "extrapolated_1m_x_100k_cpu_seconds": cpu / events * a_firm_year * 1e11,
        "report": json.loads(json.dumps(report.as_dict())),
    }
