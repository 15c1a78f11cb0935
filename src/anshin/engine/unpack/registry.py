"""Which unpacker opens which kind."""

from collections.abc import Callable

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.formats.pe.image import declared_end
from anshin.engine.identify.decide import unsupported_containers
from anshin.engine.names import base_name
from anshin.engine.unpack.ar import unpack_ar
from anshin.engine.unpack.bzip import unpack_bzip
from anshin.engine.unpack.cab import unpack_cab
from anshin.engine.unpack.chm import unpack_chm
from anshin.engine.unpack.cpio import unpack_cpio
from anshin.engine.unpack.disk.unpack import unpack_disk
from anshin.engine.unpack.gz import unpack_gz
from anshin.engine.unpack.iso import is_disc, unpack_iso
from anshin.engine.unpack.lz4 import unpack_lz4
from anshin.engine.unpack.lzma_alone import unpack_lzma
from anshin.engine.unpack.mbox import unpack_mbox
from anshin.engine.unpack.member import Found, Member, Problem, Sink
from anshin.engine.unpack.rar import unpack_rar
from anshin.engine.unpack.rpm import unpack_rpm
from anshin.engine.unpack.sevenzip import unpack_7z
from anshin.engine.unpack.survey import Survey
from anshin.engine.unpack.tar import unpack_tar
from anshin.engine.unpack.tnef import unpack_tnef
from anshin.engine.unpack.xz import unpack_xz
from anshin.engine.unpack.zip import unpack_zip
from anshin.engine.unpack.zip_headers import directories, has_directory
from anshin.engine.unpack.zst import unpack_zst

_PULLED: dict[str, Callable[[Content, str, Meter], Found]] = {
    "ar": unpack_ar,
    "bzip2": unpack_bzip,
    "cab": unpack_cab,
    "chm": unpack_chm,
    "cpio": unpack_cpio,
    "gzip": unpack_gz,
    "iso": unpack_iso,
    "lz4": unpack_lz4,
    "lzma": unpack_lzma,
    "mbox": unpack_mbox,
    "rar": unpack_rar,
    "rpm": unpack_rpm,
    "skippable": unpack_lz4,
    "tar": unpack_tar,
    "tnef": unpack_tnef,
    "xz": unpack_xz,
    "zstd": unpack_zst,
}
_TO_THE_END = frozenset(
    {"7z", "ar", "bzip2", "cab", "cpio", "gzip", "lz4", "lzma", "rar", "skippable", "tar", "xz", "zstd"}
)
_STREAMS = frozenset({"gzip", "bzip2", "lz4", "lzma", "skippable", "xz", "zstd"})
"""Kinds whose unpackers account for every byte: what stands behind the archive is a member of its own, or damage."""
_ZIP = frozenset({"zip", "apk", "docx", "xlsx", "pptx", "ooxml", "jar", "odf", "epub"})
_SURVEYED = frozenset({"zip", "7z", "tar", "rar", "cab", "iso", "vhd", "vhdx", "disk"})
"""Archives that a person opens and looks into."""
_HEADERS = 64 * 1024
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lzma", ".lz4")
_LONGER = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}


def unpack(content: Content, kind: str, name: str, meter: Meter, sink: Sink) -> None:
    """Give every member and every problem of `content` to `sink`.

    A ZIP directory at the end is followed whatever the kind is: a program, a picture or a mail may carry an archive,
    and programs that go by the name or look at the end first will open it.
    Raises `LimitHit` where a limit ends the work.
    """
    if kind in _SURVEYED:
        survey = Survey(kind, sink)
        try:
            _open(content, kind, name, meter, survey.take)
        finally:
            survey.close()  # what came out before a limit counts as well
    else:
        _open(content, kind, name, meter, sink)


def _open(content: Content, kind: str, name: str, meter: Meter, sink: Sink) -> None:
    if kind in unsupported_containers():
        sink(Problem(gap="unsupported"))
    elif kind == "7z":
        unpack_7z(content, "", meter, sink)
    for found in _pulled(content, kind, name, meter):
        sink(found)


def _pulled(content: Content, kind: str, name: str, meter: Meter) -> Found:
    if kind in _PULLED:
        label = _inner_name(name) if kind in _STREAMS else ""
        yield from _PULLED[kind](content, label, meter)
    elif kind in {"vhd", "vhdx", "disk"}:
        yield from unpack_disk(content, kind, meter)
    if kind != "iso" and content.size > 40_000 and is_disc(content):
        # the first 32 KiB of a disc are free for other use, and Windows mounts it by its ending
        yield from unpack_iso(content, "", meter)
    if kind in _ZIP or (kind not in _TO_THE_END and _archive_behind(content, kind)):
        within = declared_end(content.read(0, _HEADERS)) if kind == "pe" else 0
        for found in unpack_zip(content, "", meter):
            if isinstance(found, Member) and found.name == "(prefix)" and found.content.size < within:
                continue  # it lies among the resources: the program around it was read whole
            yield found


def _archive_behind(content: Content, kind: str) -> bool:
    """Whether a ZIP directory stands at the end; inside OLE2, an archive near the end may be one of its streams."""
    if kind in {"ole2", "msg"}:
        return any(d.end >= content.size for d in directories(content))
    return has_directory(content)


def _inner_name(name: str) -> str:
    """Return what the stream in `name` is called when the archive does not say so."""
    base = base_name(name)
    lower = base.lower()
    for suffix in _SUFFIXES:
        if lower.endswith(suffix):
            return base[: -len(suffix)]
    for suffix, better in _LONGER.items():
        if lower.endswith(suffix):
            return base[: -len(suffix)] + better
    return base
