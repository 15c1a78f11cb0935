"""Numbers and words for the learned model."""

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.image.walk import Walk
from anshin.engine.formats.markers import Marker
from anshin.engine.formats.measure import entropy_of, logged, share

KINDS = ("png", "jpeg", "gif", "bmp", "webp", "ico")
MARKS = ("php_inside", "script_inside", "runs_on_windows", "coded_program", "long_base64", "dos_stub")


def add_facts(data: bytes, found: Walk, markers: dict[str, Marker], behind: str, parsed: Parsed) -> None:
    """Fill `facts` (names in `features/schemas/image.yaml`) and `tokens`; `behind` is the kind of what is appended."""
    size = len(data)
    metadata = sum(end - start for _, start, end in found.texts)
    pixels = found.width * found.height
    facts: dict[str, float] = {
        **{f"is_{kind}": found.kind == kind for kind in KINDS},
        "damaged": found.damaged,
        "width": logged(found.width),
        "height": logged(found.height),
        "flat": share(min(found.width, found.height), max(found.width, found.height)),
        "bytes_per_pixel": min(64.0, found.end / pixels) if pixels else 0.0,
        "parts": logged(found.parts),
        "metadata_share": share(metadata, size),
        "metadata_largest": share(max((end - start for _, start, end in found.texts), default=0), size),
        "strange": logged(len(found.strange)),
        "strange_share": share(sum(end - start for _, start, end in found.strange), size),
        "behind_share": share(size - found.end, size),
        "behind_entropy": entropy_of(data, found.end),
        "behind_known": bool(behind) and behind not in {"unknown", "text"},
        "behind_text": behind == "text",
        "more_pictures": found.more_pictures,
        "entropy_middle": entropy_of(data, found.end // 4, found.end * 3 // 4),
        "entropy_head": entropy_of(data, 0, min(4096, found.end)),
        **{f"marks_{name}": logged(markers[name].count) if name in markers else 0.0 for name in MARKS},
        "marks": logged(len(markers)),
    }
    parsed.facts = {name: float(value) for name, value in facts.items()}
    parsed.tokens = [
        *(f"part {name}" for name in dict.fromkeys(found.names)),
        *(f"text {name}" for name, _, _ in found.texts[:64]),
        *(f"strange {name}" for name, _, _ in found.strange[:64]),
        *(f"mark {name}" for name in markers),
        f"behind {behind}",
    ]
