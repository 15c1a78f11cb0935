"""Runs in a peer's environment: `python peer.py NAME` reads blocks from its input and answers each with a line of JSON.

A block is its length in eight bytes (big-endian) and so many bytes; where a peer has weights, the first block is those.
The process may write no file: whatever a parser does, a sample does not reach the disk.
"""

import io
import json
import resource
import sys
from collections.abc import Callable
from typing import Any

Scores = dict[str, float]


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    score = {"malconv": malconv, "oletools": oletools}[sys.argv[1]]()
    while (data := _block()) is not None:
        try:
            answer: dict[str, Any] = score(data)
        except Exception as error:  # noqa: BLE001 -- a peer that fails on a file is told, not stopped
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _block() -> bytes | None:
    head = sys.stdin.buffer.read(8)
    if len(head) < 8:
        return None
    return sys.stdin.buffer.read(int.from_bytes(head, "big"))


def malconv() -> Callable[[bytes], Scores]:
    """Return MalConv (Raff et al., arXiv 1710.09435) with the weights of the first block.

    Two convolutions of 500 bytes at steps of 500, one gating the other, the largest value of each of 128 channels, two
    layers. It reads 1 MiB, padded with the value 256; of the padding one window is enough for the largest value.
    """
    import numpy as np
    import torch

    torch.set_num_threads(1)
    state = torch.load(io.BytesIO(_block() or b""), weights_only=True, map_location="cpu")
    window, most = 500, 2**20 // 500

    def gate(x: Any, name: str) -> Any:
        return torch.nn.functional.conv1d(x, state[f"{name}.weight"], state[f"{name}.bias"], stride=window)

    def score(data: bytes) -> Scores:
        data = data[: 2**20]
        count = min(most, -(-len(data) // window) + 1)
        numbers = np.full(count * window, 256, dtype=np.int64)
        raw = np.frombuffer(data[: count * window], dtype=np.uint8)
        numbers[: len(raw)] = raw
        with torch.no_grad():
            x = torch.nn.functional.embedding(torch.from_numpy(numbers), state["embedding_1.weight"]).T[None]
            found = (torch.relu(gate(x, "conv1d_1")) * torch.sigmoid(gate(x, "conv1d_2"))).amax(dim=2)
            for name, then in (("dense_1", torch.relu), ("dense_2", torch.sigmoid)):
                found = then(torch.nn.functional.linear(found, state[f"{name}.weight"], state[f"{name}.bias"]))
        return {"malconv": float(found.ravel()[0])}

    return score


def oletools() -> Callable[[bytes], Scores]:
    """Return mraptor (suspicious or not) and the number of different suspicious or self-starting words of olevba."""
    from oletools.mraptor import MacroRaptor  # type: ignore[import-not-found]
    from oletools.olevba import VBA_Parser, VBA_Scanner  # type: ignore[import-not-found]

    def score(data: bytes) -> Scores:
        parser = VBA_Parser("sample", data=data)
        try:
            code = "\n".join(code for *_, code in parser.extract_all_macros() if isinstance(code, str))
        finally:
            parser.close()
        raptor = MacroRaptor(code)
        raptor.scan()
        words = {word for kind, word, _ in VBA_Scanner(code).scan() if kind in {"AutoExec", "Suspicious"}}
        return {"mraptor": float(raptor.suspicious), "olevba": float(len(words))}

    return score


if __name__ == "__main__":
    main()
