"""The two secrets of a device: who it is (Ed25519), and what opens its quarantine (AES-256)."""

import base64
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anshin.agent.errors import AgentError, DamagedBlob, NotEnrolled
from anshin.agent.system.atomic import write_private

_KEY_BYTES = 32
_NONCE_BYTES = 12


def public_key_text(key: Ed25519PrivateKey) -> str:
    """Return the raw public key as the wire wants it: base64 of 32 bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def load_device_key(path: Path) -> Ed25519PrivateKey:
    """Read the device's private key. Raises NotEnrolled when it is missing and AgentError when it is no key."""
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise NotEnrolled("not_enrolled", folder=path.parent) from error
    except ValueError as error:
        raise AgentError("device_key_damaged", path=path) from error


class ItemKeys:
    """Makes one key per quarantined file and wraps it with the device's master key."""

    def __init__(self, path: Path) -> None:
        """Read the master key, or make it on first use. Raises AgentError when the file is no key."""
        if not path.exists():
            write_private(path, secrets.token_bytes(_KEY_BYTES))
        master = path.read_bytes()
        if len(master) != _KEY_BYTES:
            raise AgentError("master_key_damaged", path=path)
        self._master = AESGCM(master)

    def new(self, item_id: str) -> tuple[bytes, bytes]:
        """Return a fresh key and its wrapped form, bound to the item's id."""
        key = secrets.token_bytes(_KEY_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return key, nonce + self._master.encrypt(nonce, key, item_id.encode())

    def unwrap(self, item_id: str, wrapped: bytes) -> bytes:
        """Return the item's key. Raises DamagedBlob when it does not open with this master key and id."""
        try:
            return self._master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], item_id.encode())
        except (InvalidTag, ValueError) as error:
            raise DamagedBlob("blob_damaged", item=item_id) from error
