from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A file with the trick, and an honest file that comes as close as honest files do."""

    positive: bytes
    negative: bytes
    name: str = "sample"
    negative_name: str = ""  # where the trick is in the name
    clean: bool = True
    """Whether the negative must be judged clean. False only where the honest file is `incomplete` for a reason of its
    own, for example because it is encrypted."""
