"""Learned models at run time: signed packages, scores, and why a score is what it is. Needs onnxruntime only.

Not here: how a model is made (`anshin.training`), or which agent gets which version (console).
"""

from typing import TYPE_CHECKING, Any

from anshin.engine.models.package import ModelPackage, read_package

if TYPE_CHECKING:
    from anshin.engine.models.scoring import Judgement, ModelSet

__all__ = ["Judgement", "ModelPackage", "ModelSet", "read_package"]


def __getattr__(name: str) -> Any:
    """Import what scores when it is asked for: the broker only hands packages on, and starts without numerics."""
    if name not in {"Judgement", "ModelSet"}:
        raise AttributeError(name)
    from anshin.engine.models import scoring

    return getattr(scoring, name)
