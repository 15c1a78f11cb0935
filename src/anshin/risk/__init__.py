"""What could we lose? Frequencies and severities in; a distribution of yearly loss in yen, with and without cover, out.

Here live the numbers and the diagnosis. Not here: Django, sockets, the clock, and the wordings of policies (`cover`).
"""
