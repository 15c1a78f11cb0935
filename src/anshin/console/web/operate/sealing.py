"""The secrets inside an archive, encrypted under a passphrase."""

import base64
import json
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from anshin.console.web.operate.errors import OperationError
from anshin.console.web.operate.manifest import Sealing
from anshin.console.web.operate.words import gettext as _

_LABEL = b"anshin backup secrets v1"
# OWASP's password storage cheat sheet, first choice for scrypt: 128 MiB and about half a second.
_N, _R, _P = 2**17, 8, 1
_LARGEST_N = 2**20


def seal_folder(folder: Path, passphrase: str) -> tuple[bytes, Sealing]:
    """Return the files of `folder` as one encrypted piece, and how it was encrypted."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealing = Sealing(salt=base64.b64encode(salt).decode(), n=_N, r=_R, p=_P)
    sealed = AESGCM(_key(sealing, passphrase)).encrypt(nonce, json.dumps(files).encode(), _LABEL)
    return nonce + sealed, sealing


def open_files(sealed: bytes, sealing: Sealing, passphrase: str) -> dict[str, str]:
    """Return file name → content. Raises OperationError when the passphrase does not fit."""
    try:
        plain = AESGCM(_key(sealing, passphrase)).decrypt(sealed[:12], sealed[12:], _LABEL)
    except InvalidTag as error:
        raise OperationError(_("The passphrase does not fit this archive. Nothing was restored.")) from error
    files: dict[str, str] = json.loads(plain)
    return {Path(name).name: content for name, content in files.items()}


def _key(sealing: Sealing, passphrase: str) -> bytes:
    if sealing.n > _LARGEST_N or sealing.r > 16 or sealing.p > 4:
        raise OperationError(_("The archive asks for more memory than any archive of ours; it is damaged."))
    derivation = Scrypt(salt=base64.b64decode(sealing.salt), length=32, n=sealing.n, r=sealing.r, p=sealing.p)
    return derivation.derive(passphrase.encode())
