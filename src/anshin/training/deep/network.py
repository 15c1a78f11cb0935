"""The network, after the gated convolutions of MalConv (Raff et al., arXiv 1710.09435), made small enough for a PC.

Bytes → embedding of 8 → gated convolution over 16 bytes → gated convolution over 8 of those → the largest and the mean
value of each channel → two layers → log-odds. About 15 million multiplications for 20 KiB of input.
"""

import torch
from torch import Tensor, nn

from anshin.engine.models.manifest import DeepInput
from anshin.engine.models.scoring import PADDING

INPUT = DeepInput(head=16 * 1024, tail=4 * 1024)
EMBEDDING, CHANNELS, HIDDEN = 8, 32, 32
FIRST, SECOND = 16, 8
"""Widths of the two convolutions. Each steps by its own width, so that it is one multiplication of matrices."""


class ByteNetwork(nn.Module):
    """Takes byte numbers [N, L] (0 to 256), returns log-odds [N, 1]."""

    def __init__(self) -> None:
        """Make the layers; seed torch before for the same start."""
        super().__init__()
        self.embedding = nn.Embedding(PADDING + 1, EMBEDDING, padding_idx=PADDING)
        self.first = nn.Linear(FIRST * EMBEDDING, 2 * CHANNELS)
        self.second = nn.Linear(SECOND * CHANNELS, 2 * CHANNELS)
        self.hidden = nn.Linear(2 * CHANNELS, HIDDEN)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, numbers: Tensor) -> Tensor:
        """Return log-odds."""
        count = numbers.shape[0]
        x = self.embedding(numbers).reshape(count, -1, FIRST * EMBEDDING)
        x = nn.functional.glu(self.first(x), dim=2)
        x = nn.functional.glu(self.second(x.reshape(count, -1, SECOND * CHANNELS)), dim=2)
        pooled = torch.cat([x.amax(dim=1), x.mean(dim=1)], dim=1)
        result: Tensor = self.out(self.drop(torch.relu(self.hidden(pooled))))
        return result
