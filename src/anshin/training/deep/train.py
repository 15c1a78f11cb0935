"""Trains the network of one family from bytes that are held in memory only. Seeded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from anshin.training.deep.network import ByteNetwork
from anshin.training.trees.train import SEED

EPOCHS, MOST_EPOCHS = 8, 40
STEPS = 1500
"""Steps at least, so that a small family is seen more often: up to `MOST_EPOCHS` times."""
BATCH = 64
RATE = 1e-3


@dataclass(frozen=True, slots=True)
class Bytes:
    """Windows of files (see `models.scoring.windowed`) as uint16 [N, L], with label and weight of each."""

    windows: npt.NDArray[np.uint16]
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]


def train_deep(
    train: Bytes, valid: Bytes, *, say: Callable[[str], None], threads: int = 1, epochs: int = 0
) -> ByteNetwork:
    """Return the network of the epoch that was best on the validation part. `epochs` 0: by the size of the family."""
    epochs = epochs or epochs_for(len(train.labels))
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    network = ByteNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    steps = max(1, len(train.labels) // BATCH) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4 * RATE, total_steps=steps + epochs)
    order = np.random.default_rng(SEED)
    best, kept = float("inf"), {k: v.clone() for k, v in network.state_dict().items()}
    for epoch in range(epochs):
        network.train()
        for batch in np.array_split(order.permutation(len(train.labels)), max(1, len(train.labels) // BATCH)):
            loss = _loss(network, train, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        found = _valid_loss(network, valid)
        say(f"epoch {epoch + 1} of {epochs}: validation loss {found:.4f}")
        if found < best:
            best, kept = found, {k: v.clone() for k, v in network.state_dict().items()}
    network.load_state_dict(kept)
    network.eval()
    return network


def epochs_for(rows: int) -> int:
    """Return how often a family of `rows` files is gone through."""
    return min(MOST_EPOCHS, max(EPOCHS, -(-STEPS * BATCH // max(1, rows))))


def predict(network: ByteNetwork, windows: npt.NDArray[np.uint16]) -> npt.NDArray[np.float64]:
    """Return the log-odds of every row."""
    network.eval()
    out = []
    with torch.no_grad():
        for at in range(0, len(windows), 256):
            numbers = torch.from_numpy(windows[at : at + 256].astype(np.int64))
            out.append(network(numbers).numpy().ravel())
    return np.concatenate(out).astype(np.float64) if out else np.zeros(0)


def _loss(network: ByteNetwork, part: Bytes, rows: npt.NDArray[np.intp]) -> torch.Tensor:
    numbers = torch.from_numpy(part.windows[rows].astype(np.int64))
    labels = torch.from_numpy(part.labels[rows].astype(np.float32))
    weights = torch.from_numpy(part.weights[rows].astype(np.float32))
    return torch.nn.functional.binary_cross_entropy_with_logits(network(numbers).ravel(), labels, weight=weights)


def _valid_loss(network: ByteNetwork, part: Bytes) -> float:
    logits = predict(network, part.windows)
    losses = np.logaddexp(0.0, np.where(part.labels == 1, -logits, logits))
    return float((losses * part.weights).sum() / part.weights.sum())
