"""Feature tables: one row of numbers for one file, with its hash, its label and where it comes from.

Here live building, storing and reading them. Not here: the samples themselves (corpora), the models (trees, deep).
"""
