"""From labelled corpora to models: reading samples in memory, feature tables, training, evaluation, model cards.

Stands on the engine only, and on the `train` extra. Not here: using a model
(`engine.models`), distributing it (console).
"""
