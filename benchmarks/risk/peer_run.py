"""Runs one peer in the peers' environment and prints JSON. Imports nothing of Anshin; started by `peers.py`."""

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

RUNS = 3
Told = dict[str, Any]


def timed(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """Least CPU seconds and the last result."""
    least = float("inf")
    for _ in range(runs):
        start = time.process_time()
        result = work()
        least = min(least, time.process_time() - start)
    return least, result


def sample(seconds: float, years: Any, runs: int = RUNS) -> Told:
    years = np.asarray(years, dtype=float)
    return {"seconds": seconds, "runs": runs, "mean": float(years.mean()), "q995": float(np.quantile(years, 0.995))}


def riskquant(case: Told, folder: str) -> Told:
    sys.path.insert(0, folder)
    loss = importlib.import_module("riskquant.loss")
    counts = importlib.import_module("riskquant.model.poisson_frequency").PoissonFrequency(case["rate"])
    severity = importlib.import_module("riskquant.model.lognormal_magnitude")
    width = 1.6448536269514722 * case["sigma"]
    magnitude = severity.LognormalMagnitude(case["median"] * np.exp(-width), case["median"] * np.exp(width))
    model = loss.Loss(counts, magnitude)
    np.random.seed(1)
    return {"simulation": sample(*timed(lambda: model.simulate_years(case["years"])))}


def gemact(case: Told, _folder: str) -> Told:
    peer: Any = importlib.import_module("gemact.lossmodel")

    def model(**how: Any) -> Any:
        return peer.LossModel(
            frequency=peer.Frequency(dist="poisson", par={"mu": case["rate"]}),
            severity=peer.Severity(dist="lognormal", par={"shape": case["sigma"], "scale": case["median"]}),
            **how,
        )

    seconds, simulated = timed(lambda: model(aggr_loss_dist_method="mc", n_sim=case["years"], random_state=1), 2)
    dist = simulated.dist[0] if isinstance(simulated.dist, (list, tuple)) else simulated.dist
    found = {"seconds": seconds, "runs": 2, "mean": float(dist.mean()), "q995": float(np.ravel(dist.ppf(0.995))[0])}
    return {"simulation": found}


def aggregate(case: Told, _folder: str) -> Told:
    build: Any = importlib.import_module("aggregate").build

    def drawn(model: Any) -> Any:
        return model.sample(case["years"]).iloc[:, 0].to_numpy()

    note = f"agg Peer {case['rate']} claims sev {case['median']:.0f} * lognorm {case['sigma']} poisson"
    held = build(note, log2=16)
    step = held.bs
    seconds, _ = timed(lambda: held.update(log2=16, bs=step), 7)
    fft = {"seconds": seconds, "runs": 7, "mean": float(held.est_m), "q995": float(held.q(0.995))}
    return {"fft": fft, "simulation": sample(*timed(lambda: drawn(held)))}


def pyfair(case: Told, folder: str) -> Told:
    sys.path.insert(0, folder)
    model_of = importlib.import_module("pyfair.model.model").FairModel

    def work() -> Any:
        model = model_of(name="x", n_simulations=case["years"])
        for name, (low, mode, high) in (("Loss Event Frequency", case["lef"]), ("Loss Magnitude", case["magnitude"])):
            model.input_data(name, low=low, mode=mode, high=high)
        model.calculate_all()
        return model.export_results()["Risk"].to_numpy()

    seconds, years = timed(work)
    return {"product": sample(seconds, years) | {"none": float((years <= 0).mean())}}


def main() -> None:
    name, folder, case = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    if folder and not Path(folder).is_dir():
        sys.exit(f"no folder {folder}")
    found = {"riskquant": riskquant, "gemact": gemact, "aggregate": aggregate, "pyfair": pyfair}[name](case, folder)
    print("RESULT " + json.dumps(found))


if __name__ == "__main__":
    main()
