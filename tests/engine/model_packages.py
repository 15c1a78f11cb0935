"""Tiny model packages, made at test time: one tree with one question, in ONNX written by hand, signed by a test key."""

import base64
import hashlib
import io
import json
import struct
import zipfile

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin import __version__
from anshin.engine.models.manifest import Manifest, Stack, Threshold
from anshin.engine.models.package import CARD, PATHS, TREES, key_id, write_package
from anshin.engine.models.paths import Paths, write_paths

KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests only").digest())
PUBLIC = KEY.public_key().public_bytes_raw()
PUBLIC_TEXT = base64.b64encode(PUBLIC).decode()
TRUSTED = {key_id(PUBLIC): PUBLIC}
FEATURE = "fact:log_size"


def make_package(
    family: str = "shell",
    version: str = "2026.11.1",
    *,
    above: float = 1000.0,
    key: Ed25519PrivateKey = KEY,
    engine_min: str = __version__,
    trees: bytes | None = None,
) -> bytes:
    """Return a package that calls a file malicious when the logarithm of its size is `above`."""
    found = {"probability": 0.5, "target_fpr": 0.001, "fpr": 0.0, "fpr_upper": 0.01, "tpr": 0.9, "benign": 300,
             "malicious": 200}  # fmt: skip
    manifest = Manifest(
        family=family,
        version=version,
        engine_min=engine_min,
        created="2026-11-25",
        features=(FEATURE,),
        stack=Stack(trees=1.0, deep=0.0, bias=0.0),
        watch=Threshold.model_validate(found),
        protect=Threshold.model_validate(found | {"probability": 0.9}),
        training_manifest_sha256="0" * 64,
        files={},
    )
    card = {"family": family, "version": version, "limits": {"ja": "試験用です。", "en": "For tests."}}
    contents = {
        TREES: one_tree(above) if trees is None else trees,
        PATHS: write_paths(one_path(above)),
        CARD: json.dumps(card, ensure_ascii=False).encode(),
    }
    return write_package(manifest, contents, key)


def one_byte_changed(package: bytes) -> bytes:
    """Return the package with one byte of its trees changed; the ZIP around it is whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name == TREES:
                data[-1] ^= 1
            new.writestr(name, bytes(data))
    return out.getvalue()


def one_path(above: float) -> Paths:
    """Return the same tree as arrays."""
    return Paths(
        roots=np.array([0], np.int32),
        feature=np.array([0, 0, 0], np.int32),
        threshold=np.array([above, 0, 0], np.float32),
        left=np.array([1, -1, -1], np.int32),
        right=np.array([2, -1, -1], np.int32),
        value=np.array([0.0, -6.0, 6.0]),
    )


def one_tree(above: float) -> bytes:
    """Return an ONNX model with one TreeEnsembleRegressor: -6 up to `above`, 6 beyond.

    The field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto).
    """
    attributes = [
        _attribute("n_targets", 2, _int(3, 1)),
        _attribute("nodes_treeids", 7, _ints(0, 0, 0)),
        _attribute("nodes_nodeids", 7, _ints(0, 1, 2)),
        _attribute("nodes_featureids", 7, _ints(0, 0, 0)),
        _attribute("nodes_values", 6, _floats(above, 0, 0)),
        _attribute("nodes_modes", 8, b"".join(_bytes(9, m) for m in (b"BRANCH_LEQ", b"LEAF", b"LEAF"))),
        _attribute("nodes_truenodeids", 7, _ints(1, 0, 0)),
        _attribute("nodes_falsenodeids", 7, _ints(2, 0, 0)),
        _attribute("nodes_missing_value_tracks_true", 7, _ints(0, 0, 0)),
        _attribute("target_treeids", 7, _ints(0, 0)),
        _attribute("target_nodeids", 7, _ints(1, 2)),
        _attribute("target_ids", 7, _ints(0, 0)),
        _attribute("target_weights", 6, _floats(-6, 6)),
    ]
    node = _bytes(1, b"features") + _bytes(2, b"score") + _bytes(4, b"TreeEnsembleRegressor")
    node += b"".join(_bytes(5, a) for a in attributes) + _bytes(7, b"ai.onnx.ml")
    graph = _bytes(1, node) + _bytes(2, b"g") + _bytes(11, _tensor(b"features")) + _bytes(12, _tensor(b"score"))
    opsets = (_bytes(1, b"ai.onnx.ml") + _int(2, 1), _bytes(1, b"") + _int(2, 15))
    return _int(1, 8) + _bytes(7, graph) + b"".join(_bytes(8, o) for o in opsets)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _ints(*values: int) -> bytes:
    return b"".join(_int(8, v) for v in values)


def _floats(*values: float) -> bytes:
    return b"".join(_varint(7 << 3 | 5) + struct.pack("<f", v) for v in values)


def _attribute(name: str, kind: int, content: bytes) -> bytes:
    return _bytes(1, name.encode()) + content + _int(20, kind)


def _tensor(name: bytes) -> bytes:
    dims = (_bytes(1, _bytes(2, b"n")), _bytes(1, _int(1, 1)))
    return _bytes(1, name) + _bytes(2, _bytes(1, _int(1, 1) + _bytes(2, b"".join(dims))))
