"""A model package: one ZIP with a manifest, its signature and the files that the manifest names by hash.

Nothing of a package is used before the signature over the manifest and the hash of every file were checked.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import ValidationError

from anshin import __version__
from anshin.engine.errors import ModelError
from anshin.engine.models.manifest import FileEntry, Manifest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SUFFIX = ".anshinmodel"
LARGEST = 64 * 1024 * 1024
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
TREES, PATHS, DEEP, CARD = "trees.onnx", "paths.npz", "deep.onnx", "card.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same bytes


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A package whose signature and hashes were found right."""

    manifest: Manifest
    contents: Mapping[str, bytes]
    key_id: str  # of the key that signed it
    raw: bytes  # the whole package

    @property
    def sha256(self) -> str:
        """The hash of the whole package."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def name(self) -> str:
        """Family and version: what lists and verdicts call it."""
        return f"{self.manifest.family}-{self.manifest.version}"


@cache
def trusted_keys() -> dict[str, bytes]:
    """Return the public keys of the releases that this engine trusts, raw, by key id."""
    folder = files("anshin.engine.models").joinpath("trusted")
    found = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".pub"):
            raw = base64.b64decode(entry.read_text(encoding="ascii").strip())
            found[key_id(raw)] = raw
    return found


def key_id(public: bytes) -> str:
    """Return the short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def write_package(manifest: Manifest, contents: Mapping[str, bytes], key: "Ed25519PrivateKey") -> bytes:
    """Return a signed package; `manifest.files` is made from `contents` here."""
    entries = {n: FileEntry(sha256=hashlib.sha256(b).hexdigest(), size=len(b)) for n, b in sorted(contents.items())}
    signed = manifest.model_copy(update={"files": entries})
    text = json.dumps(signed.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=1).encode()
    public = key.public_key().public_bytes_raw()
    signature = {"key": key_id(public), "signature": base64.b64encode(key.sign(text)).decode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in [(MANIFEST, text), (SIGNATURE, json.dumps(signature).encode()), *sorted(contents.items())]:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def read_package(data: bytes, keys: Mapping[str, bytes] | None = None) -> ModelPackage:
    """Return the package in `data`. Raises ModelError with the reason where it must not be used.

    `keys` are the public keys to trust besides those of the release (the provider's own).
    """
    contents = _contents(data)
    text, signer = contents.pop(MANIFEST, b""), contents.pop(SIGNATURE, b"")
    signed_by = _check_signature(text, signer, {**trusted_keys(), **(keys or {})})
    manifest = _manifest(text)
    if manifest.files.keys() != contents.keys():
        raise ModelError("files_differ")
    for name, entry in manifest.files.items():
        if len(contents[name]) != entry.size or hashlib.sha256(contents[name]).hexdigest() != entry.sha256:
            raise ModelError("files_differ")
    if _version(manifest.engine_min) > _version(__version__):
        raise ModelError("engine_too_old")
    return ModelPackage(manifest, contents, signed_by, data)


def unpacked(data: bytes) -> ModelPackage:
    """Return a package whose signature another process of this program has checked already."""
    contents = _contents(data)
    manifest = _manifest(contents.pop(MANIFEST, b""))
    contents.pop(SIGNATURE, None)
    return ModelPackage(manifest, contents, "", data)


def _contents(data: bytes) -> dict[str, bytes]:
    if len(data) > LARGEST:
        raise ModelError("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = {i.filename: i for i in archive.infolist()}
            if sum(i.file_size for i in infos.values()) > LARGEST or len(infos) != len(archive.infolist()):
                raise ModelError("too_large")
            contents = {name: archive.read(info) for name, info in infos.items()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelError("damaged") from error
    return contents


def _check_signature(text: bytes, signer: bytes, keys: Mapping[str, bytes]) -> str:
    try:
        document = json.loads(signer)
        name, signature = document["key"], base64.b64decode(document["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("unsigned") from error
    # late: an engine without a package starts without it
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = keys.get(name) if isinstance(name, str) else None
    if public is None:
        raise ModelError("unknown_key")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature as error:
        raise ModelError("changed") from error
    return str(name)


def _manifest(text: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise ModelError("damaged") from error


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
