"""From the firm to its distribution of yearly loss: parameter sets, events, variants, cover, figures, one document.

Not here: numbers about the world (data in `scenarios`, `controls`, `liability`) and sentences for people (`report`).
"""

from anshin.risk.diagnose.run import diagnose

__all__ = ["diagnose"]
