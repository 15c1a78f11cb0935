"""How much one client, and all clients together, may take."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """Every bound that is reached ends in an answer or in the end of one connection, never in a missing verdict."""

    connections: int = 100
    """Connections at the same time. When all are taken, the one that waits longest for its client makes room."""
    stream_bytes: int = 100 * MIB
    """The largest file that INSTREAM takes (StreamMaxLength of clamd)."""
    streams_bytes: int = 512 * MIB
    """Memory for all files that INSTREAM is taking at the moment."""
    command_seconds: float = 30.0
    """From the first byte of a command to its last; also the longest silence, and the longest wait for a reader."""
    stream_seconds: float = 300.0
    """From INSTREAM to its last byte."""
    drain_seconds: float = 35.0
    """What is under way when the gateway is told to stop has so long to end: the time of one file, and a little."""

    def __post_init__(self) -> None:
        """Refuse bounds with which nobody could be served."""
        for field in self.__slots__:
            if getattr(self, field) <= 0:
                raise ValueError(f"{field} must be greater than zero")
