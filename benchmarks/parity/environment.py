"""Makes the reference extractor's own environment: its code from its repository, its libraries pinned."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = "https://github.com/FutureComputing4AI/EMBER2024"
PINNED = ("pefile==2024.8.26", "signify==0.7.1", "oscrypto==1.3.0", "scikit-learn", "numpy")
"""signify 0.8 and later has no class of the name that the reference imports."""
_SOURCES = ("features.py", "pefile_warnings.txt")


def prepare(folder: Path, repository: str) -> Path:
    """Return the interpreter of the environment in `folder`, made now where it is not there yet."""
    python = folder / "env" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
    _mend_oscrypto(folder)
    if not all((folder / name).exists() for name in _SOURCES):
        clone = folder / "repository"
        if not clone.exists():
            subprocess.run(["git", "clone", "-q", "--bare", "--depth", "1", repository, clone], check=True)
        for name in _SOURCES:
            shown = subprocess.run(
                ["git", "-C", clone, "show", f"HEAD:src/thrember/{name}"], check=True, capture_output=True
            )
            (folder / name).write_bytes(shown.stdout)
    return python


def _mend_oscrypto(folder: Path) -> None:
    """Let oscrypto 1.3.0 read versions of OpenSSL with two digits, such as 3.0.17."""
    for path in folder.glob("env/lib/python*/site-packages/oscrypto/_openssl/_libcrypto_c*.py"):
        text = path.read_text()
        path.write_text(text.replace(r"(\\d\\.\\d\\.\\d[a-z]*)", r"(\\d+\\.\\d+\\.\\d+[a-z]*)"))
