"""The controls as data: how far each is in place, what it lowers, what it costs, and how several add up.

Not here: drawing and yen (`diagnose`), and the choice under a budget (`optimise`).
"""
