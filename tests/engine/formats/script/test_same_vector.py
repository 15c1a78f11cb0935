"""One file has one vector, whatever process looks at it."""

import os
import subprocess
import sys

PROGRAM = """
import hashlib
from anshin.engine.service import Engine, EngineSettings
text = ";".join(f"var {'qzxwvk'[n % 6]}{n * 7919 % 99991}{'bcdfg'[n % 5]} = {n}" for n in range(9000))
with Engine(EngineSettings(models=(), jail=False)) as engine:
    found = engine.examine_bytes(text.encode(), name="a.js", kind="javascript").vectors[0].vector
print(found.family, hashlib.sha256(found.values.tobytes()).hexdigest())
"""


def test_vector_of_many_words_does_not_hang_on_the_order_of_a_set():
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1, found
    assert found.pop().startswith("javascript ")
