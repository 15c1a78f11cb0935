"""The EMBERv3-compatible vector of 2,568 numbers, so that models trained on EMBER2024 can be used here and ours there.

Here lives how it is computed, from the published description of the layout and without its libraries. Not here: our own
vectors per format (`features.vector`). Differences that are known stand in docs/reference/formats/ember.
"""

from anshin.engine.features.ember.vector import SIZE, names, vector

__all__ = ["SIZE", "names", "vector"]
