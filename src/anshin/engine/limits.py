"""How much work one file may cost. Every limit that is hit becomes a gap, so the file is never called clean."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file with everything inside it; all of them hold together.

    The defaults are chosen so that ordinary office files, installers and source archives stay below them, and that an
    archive bomb is stopped after at most `seconds` of work and `memory_bytes` of memory.
    """

    depth: int = 8
    """Archives inside archives: 1 is a member of the file itself."""
    members: int = 10_000
    """Archive members over all depths."""
    total_bytes: int = 1024 * MIB
    """Unpacked bytes over all members and depths."""
    ratio: int = 500
    """Unpacked bytes per byte of the archive; looked at once `ratio_floor_bytes` came out."""
    ratio_floor_bytes: int = 16 * MIB
    """Small archives may compress as well as they like."""
    file_bytes: int = 256 * MIB
    """The largest file or member that is scanned as one piece; more is scanned in windows and reported as a gap."""
    window_bytes: int = 32 * MIB
    """Size of one window over a file larger than `file_bytes`; windows overlap by 64 KiB."""
    seconds: float = 30.0
    """Wall time for the file; the worker is killed one second later if it did not stop by itself."""
    memory_bytes: int = 1024 * MIB
    """Address space of a worker process (RLIMIT_AS)."""
    reported_members: int = 500
    """Members that stand in the verdict one by one; further ones count, but are not listed."""

    def __post_init__(self) -> None:
        """Refuse limits that would switch scanning off without saying so."""
        for field in self.__slots__:
            if getattr(self, field) <= 0:
                raise ValueError(f"limit {field} must be greater than zero")
