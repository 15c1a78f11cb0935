"""Runs in the reference's environment: `python reference.py FOLDER LIST OUT` writes its vectors, times and warnings."""

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Extract every file named in LIST, one a line; what raises is noted and left out."""
    folder, listed, out = map(Path, sys.argv[1:])
    sys.path.insert(0, str(folder))
    import features  # type: ignore[import-not-found]
    import numpy as np
    import pefile  # type: ignore[import-not-found]

    extractor = features.PEFeatureExtractor()
    rows: list[dict[str, object]] = []
    vectors = []
    for name in listed.read_text().splitlines():
        data = Path(name).read_bytes()
        started = time.process_time()
        try:
            vector = extractor.feature_vector(data)
        except Exception as error:  # noqa: BLE001 -- the reference fails on some files; that is told in the table
            rows.append({"path": name, "error": f"{type(error).__name__}: {error}"})
            continue
        spent = (time.process_time() - started) * 1000
        try:
            warnings = sorted(set(pefile.PE(data=data).get_warnings())) if data[:2] == b"MZ" else []
        except (pefile.PEFormatError, AttributeError):
            warnings = []
        rows.append({"path": name, "ms": spent, "warnings": warnings})
        vectors.append(vector)
    np.save(out.with_suffix(".npy"), np.array(vectors, dtype=np.float32))
    out.with_suffix(".json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
