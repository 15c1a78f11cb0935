"""Style sheets and scripts, collected into the data folder when they changed."""

import hashlib
from pathlib import Path
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from anshin import __version__


class GzipManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files under hashed names, compressed with gzip only: brotli would make the first start wait 15 seconds."""

    def create_compressor(self, **options: Any) -> Compressor:
        """Return WhiteNoise's compressor without brotli."""
        return Compressor(use_brotli=False, **options)


def fingerprint() -> str:
    """Return a hash over the version and over name, size and time of every source file."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect(folder: Path) -> bool:
    """Collect into the data folder's static/ unless that was done for these files; return whether it was needed."""
    from django.core.management import call_command

    stamp = folder / "run" / "static-files"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted)
    return True
