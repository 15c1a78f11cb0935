"""Feeds every reader with damaged files, guided by which of its lines they reach (atheris, libFuzzer).

Each target is one module in `targets` with `SEEDS` and `run(data)`. Not here: fixed tests of damage (tests/engine).
"""
