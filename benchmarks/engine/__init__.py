"""How long the engine takes for each format, how much memory it needs, and how many honest files it takes for bad ones.

Not here: a sample of one system beside ClamAV file by file (benchmarks.scan).
"""
