"""Puts what was fitted into a signed package."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin import __version__
from anshin.engine.models.manifest import DeepInput, Manifest
from anshin.engine.models.package import CARD, DEEP, PATHS, TREES, write_package
from anshin.engine.models.paths import write_paths
from anshin.training.fit import Fitted


def make_package(
    fitted: Fitted,
    *,
    version: str,
    created: str,
    card: Mapping[str, Any],
    deep: tuple[bytes, DeepInput] | None,
    key: Ed25519PrivateKey,
) -> bytes:
    """Return the signed package. `created` is an ISO date; the clock is the caller's."""
    contents = {
        TREES: fitted.trees_onnx,
        PATHS: write_paths(fitted.paths),
        CARD: json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True).encode(),
    }
    if deep is not None:
        contents[DEEP] = deep[0]
    manifest = Manifest(
        family=fitted.family,
        version=version,
        engine_min=__version__,
        created=created,
        features=fitted.table.names,
        stack=fitted.stack,
        deep_input=deep[1] if deep else None,
        watch=fitted.watch,
        protect=fitted.protect,
        training_manifest_sha256=fitted.table.manifest_sha256(),
        files={},
    )
    return write_package(manifest, contents, key)
