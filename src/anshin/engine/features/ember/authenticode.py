"""Eight numbers about the signatures of a program."""

from anshin.engine.formats.pe.image import Image
from anshin.engine.formats.pe.signature import read_signature


def authenticode(image: Image) -> list[float]:
    """Return signatures, self-signed, unnamed, not countersigned, broken, certificates, last time, time since built."""
    found = read_signature(image)
    latest = since = 0.0
    alone = itself = unnamed = False
    depth = 0
    for signed in found.signed:
        unnamed = unnamed or not signed.named
        if signed.countersigned is None:
            alone = True
        else:
            time = signed.countersigned.timestamp()
            latest = max(latest, time)
            since = time - image.coff[2]
        depth = max(depth, len(signed.certificates))
        itself = itself or any(c.issuer == c.subject for c in signed.certificates[:-1])
    return [
        float(len(found.signed)), float(itself), float(unnamed), float(alone), 0.0, float(depth), latest, since,
    ]  # fmt: skip
