"""How many files a second a real daemon answers over clamd's protocol, and whether it stays as small as it began.

Not here: how long a file itself takes (benchmarks.engine).
"""
