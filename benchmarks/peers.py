"""Environments for programs that ours are measured beside: made once in a cached folder, never in our own."""

import subprocess
import sys
from pathlib import Path


def environment(folder: Path, requirements: Path) -> Path:
    """Return the interpreter of an environment with `requirements`, made now where it is not there yet.

    Raises OSError and subprocess.CalledProcessError where it cannot be made.
    """
    python, stamp, wanted = folder / "bin" / "python", folder / requirements.name, requirements.read_text()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq", "-r", str(requirements)]
    subprocess.run(pip, check=True)
    stamp.write_text(wanted)
    return python
