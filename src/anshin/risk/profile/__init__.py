"""The firm as numbers: what its answers make of quantities, exposures and adopted controls, for each parameter set.

Here the spread of unknown answers is drawn. Not here: reading answers (`questionnaire`), events and yen (`diagnose`).
"""
