"""Learned models at run time: signed packages, scores, and why a score is what it is. Needs onnxruntime only.

Not here: how a model is made (`anshin.training`), or which agent gets which version (console).
"""

from anshin.engine.models.package import ModelPackage, read_package
from anshin.engine.models.scoring import Judgement, ModelSet

__all__ = ["Judgement", "ModelPackage", "ModelSet", "read_package"]
