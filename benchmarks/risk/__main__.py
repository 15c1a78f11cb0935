"""`python -m benchmarks.risk [--years N] [--riskquant DIR] [--pyfair DIR]` prints a table and writes results/risk.json.

aggregate and GEMAct are installed from the package registry (peers.txt); riskquant and pyfair are not there: name a
folder with their public source by flag or by ANSHIN_RISKQUANT and ANSHIN_PYFAIR.
"""

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from benchmarks.risk import ours, peers
from benchmarks.risk.case import LEF, MAGNITUDE, MEAN, MEDIAN, Q995, RATE, SIGMA, Row

RESULT = Path(__file__).parents[1] / "results" / "risk.json"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.risk")
    parser.add_argument("--years", type=int, default=1_000_000, help="simulated years of the reference case")
    parser.add_argument("--firms", type=int, default=100_000, help="firms of the portfolio")
    parser.add_argument("--portfolio-years", type=int, default=2_000)
    parser.add_argument("--riskquant", default=os.environ.get("ANSHIN_RISKQUANT", ""), metavar="DIR")
    parser.add_argument("--pyfair", default=os.environ.get("ANSHIN_PYFAIR", ""), metavar="DIR")
    parser.add_argument("--peers", type=Path, default=peers.CACHE, metavar="DIR", help="environment of the peers")
    given = parser.parse_args()
    rows = [*ours.simulations(given.years, 9), *ours.transforms(9)]
    found = _peers(given)
    rows += _rows(found)
    _print(rows, given.years)
    compound = ours.compound_of_two_perts(given.years)
    product = found["pyfair"].get("product")
    _print_product(compound, product)
    whole = ours.portfolio(given.firms, given.portfolio_years)
    print(
        f"portfolio: {whole['firms']:,} firms x {whole['years']:,} years, {whole['events']:,} events in"
        f" {whole['wall_seconds']:.1f} s; {whole['cpu_ns_per_event']:.0f} ns of CPU an event,"
        f" {whole['peak_memory_mb']:.0f} MB at most; 1M firms x 100,000 years from this:"
        f" {whole['extrapolated_1m_x_100k_cpu_seconds']:,.0f} CPU seconds (extrapolated)"
    )
    machine = {"system": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
    document = {
        "machine": machine | {"load": os.getloadavg()},
        "rows": [row.as_dict() for row in rows],
        "compound_of_perts": compound,
        "pyfair_product": product,
        "portfolio": whole,
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _peers(given: argparse.Namespace) -> dict[str, dict[str, Any]]:
    case = {"rate": RATE, "median": MEDIAN, "sigma": SIGMA, "years": given.years, "lef": LEF, "magnitude": MAGNITUDE}
    python = peers.environment(given.peers)
    found: dict[str, dict[str, Any]] = {}
    for name, folder in (("riskquant", given.riskquant), ("gemact", ""), ("aggregate", ""), ("pyfair", given.pyfair)):
        if python is None:
            found[name] = {"failed": "no environment"}
        elif name in {"riskquant", "pyfair"} and not folder:
            found[name] = {"failed": f"no folder named (--{name} DIR)"}
        else:
            found[name] = peers.run(python, name, folder, case)
    return found


def _rows(found: dict[str, dict[str, Any]]) -> list[Row]:
    rows = []
    for name, told in found.items():
        if "failed" in told:
            rows.append(Row(name, "-", None, 0, note=f"not run: {told['failed']}"))
        for what, label in (("simulation", "simulation"), ("fft", "FFT"), ("product", "product")):
            if what in told:
                one = told[what]
                mean, q995 = (None, None) if what == "product" else (one["mean"] / MEAN - 1, one["q995"] / Q995 - 1)
                note = {"fft": "2^16", "product": "not a compound model"}.get(what, "")
                rows.append(Row(name, label, one["seconds"], one["runs"], mean, q995, note))
    return rows


def _print(rows: list[Row], years: int) -> None:
    yardstick = next(row.seconds for row in rows if row.who == "anshin")
    print(f"Poisson({RATE}) x lognormal(median ¥{MEDIAN:,.0f}, sigma {SIGMA}); {years:,} years; {os.cpu_count()} CPUs,")
    print(f"load {os.getloadavg()[0]:.1f}; CPU seconds, best of the runs; exact mean ¥{MEAN:,.0f}")
    print(f"{'':20}{'':12}{'seconds':>9}{'x ours':>8}{'mean':>9}{'q99.5':>9}")
    for row in rows:
        seconds = "-" if row.seconds is None else f"{row.seconds:.4f}"
        times = "-" if row.seconds is None or row.what != "simulation" else f"{row.seconds / (yardstick or 1):.2f}"
        errors = ["-" if e is None else f"{e:+.3%}" for e in (row.mean_error, row.q995_error)]
        print(f"{row.who:20}{row.what:12}{seconds:>9}{times:>8}{errors[0]:>9}{errors[1]:>9}  {row.note}")


def _print_product(compound: dict[str, float], product: dict[str, float] | None) -> None:
    print("frequency PERT(0, 0.3, 1.2) and size PERT(0.1M, 3M, 200M): product instead of compound")
    for who, one in (("anshin, compound", compound), ("pyfair, product", product)):
        if one is None:
            print(f"  {who:20}not run")
        else:
            mean, q995 = one["mean"] / 1e6, one["q995"] / 1e6
            print(f"  {who:20}mean {mean:6.2f}M  P(no loss) {one['none']:.3f}  q99.5 {q995:6.1f}M")


if __name__ == "__main__":
    main()
