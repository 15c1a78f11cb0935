"""The yearly sum of one frequency and one severity without simulation: moments, FFT, Panjer's recursion.

Here live the exact and the bounded methods. Not here: several scenarios at once (`simulate`).
"""

from anshin.risk.compound.distribution import Aggregate
from anshin.risk.compound.fft import aggregate_fft
from anshin.risk.compound.lattice import fft_lattice, panjer
from anshin.risk.compound.moments import Moments, moments, oep_quantile

__all__ = ["Aggregate", "Moments", "aggregate_fft", "fft_lattice", "moments", "oep_quantile", "panjer"]
