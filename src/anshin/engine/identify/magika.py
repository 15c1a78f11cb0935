"""Magika for text and the unknown: loaded at the first need, because it costs about 40 MB and 0.3 s."""

import os
from functools import cache
from typing import Any

from anshin.engine.content import Content

EDGE = 8 * 1024
"""Magika looks at no more than the first and the last kilobytes, so it is given no more."""


@cache
def _session() -> Any | None:
    """Return the model with one thread, or None where it cannot be loaded; asked once per process."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import onnxruntime  # type: ignore[import-untyped]
        from magika import Magika
    except (ImportError, OSError):
        return None

    class OneThread(Magika):
        """Magika starts one thread per core; a jailed worker may start none."""

        def _init_onnx_session(self) -> onnxruntime.InferenceSession:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 4
            return onnxruntime.InferenceSession(str(self._model_path), options, providers=["CPUExecutionProvider"])

    try:
        return OneThread()
    except Exception:  # noqa: BLE001 -- whatever keeps the model away, the type is then "unknown", never an error
        return None


def loaded() -> bool:
    """Whether this process has the model in memory."""
    return _session.cache_info().currsize > 0


def guess(content: Content) -> tuple[str, str] | None:
    """Return (kind, MIME type) as Magika sees it, or None when it does not know or is not there."""
    session = _session()
    if session is None:
        return None
    data = content.read(0, 2 * EDGE)
    if content.size > 2 * EDGE:
        data = content.read(0, EDGE) + content.read(content.size - EDGE, EDGE)
    try:
        result = session.identify_bytes(data)
        label, mime = str(result.output.label), str(result.output.mime_type)
    except Exception:  # noqa: BLE001 -- a guess that fails is no guess
        return None
    return None if label in {"unknown", "undefined", "empty"} else (_KIND.get(label, label), mime)


# Where Magika's word for a kind is not ours.
_KIND = {"txt": "text", "pebin": "pe", "macho": "macho", "eml": "mail"}
