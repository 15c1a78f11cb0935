"""Labelled files, read in memory only: folders, archives with a known password, and bare git repositories.

Nothing of a sample is ever written to disk or run; what leaves this package are hashes, labels and numbers.
"""

from anshin.training.corpora.sample import Label, Sample

__all__ = ["Label", "Sample"]
