"""Anshin: cyber protection and insurance for small companies, in one self-hosted pack.

Five pure packages answer one question each; `agent` runs on a PC; `console` remembers and shows; `cli` prints.
"""

__version__ = "0.1.0"
