"""What the peers need: their environments, and the published weights of MalConv."""

import subprocess
from pathlib import Path

from benchmarks.peers import environment

HERE = Path(__file__).parent


class PeerError(Exception):
    """A peer cannot be made or does not answer; the text says what to do."""


def prepare(peer: str, cache: Path) -> Path:
    """Return the interpreter of a peer's environment, made now where it is not there yet. Raises PeerError."""
    try:
        return environment(cache / peer, HERE / f"peers-{peer}.txt")
    except (OSError, subprocess.CalledProcessError) as error:
        raise PeerError(
            f"{peer} cannot be installed ({error}); name its packages' place with PIP_EXTRA_INDEX_URL, or leave it out "
            "with --without"
        ) from error


def weights(repository: Path) -> bytes:
    """Return the published weights of MalConv out of the bare repository of pralab/secml_malware. Raises PeerError."""
    path = "secml_malware/data/trained/pretrained_malconv.pth"
    command = ["git", f"--git-dir={repository}", "cat-file", "blob", f"{COMMIT}:{path}"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip()
        raise PeerError(f"{repository} does not hold {path} at {COMMIT}: {why}; clone it bare from github.com/{PLACE}")
    return done.stdout


PLACE = "pralab/secml_malware"
COMMIT = "b1cd15497067419057971c09168e141bbb368b28"
