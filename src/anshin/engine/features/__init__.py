"""Dense float32 vectors for the learned models, one layout per format family; EMBERv3-compatible ones in `ember`.

Here lives how facts become numbers. Not here: finding the facts (formats), nor the models that read the vectors.
"""

from anshin.engine.features.vector import FeatureVector, extract, names

__all__ = ["FeatureVector", "extract", "names"]
