"""Loss simulation beside its peers: the same compound, the same number of years, one machine, one run; CPU time.

Not here: correctness (tests/risk). Peers run in an environment of their own; one that is absent is shown as not run.
"""
