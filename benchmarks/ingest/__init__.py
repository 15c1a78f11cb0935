"""How fast a real console stores what agents send: over HTTP, signed, each event a blocked file with its verdict.

Not here: the engine's speed (benchmarks.scan).
"""
