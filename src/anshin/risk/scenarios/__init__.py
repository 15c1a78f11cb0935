"""The eleven kinds of accident as data: how often, how bad, what they cost, and through which common causes they come.

Here live the data and its strict loader. Not here: the firm (`profile`), controls, and drawing (`diagnose`).
"""
