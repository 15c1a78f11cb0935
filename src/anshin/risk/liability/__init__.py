"""Damages for each leaked person: the JO model to the yen, and what courts awarded.

Not here: how many persons leak and how many of them claim (`scenarios`).
"""
