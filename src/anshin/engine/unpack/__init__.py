"""Takes members out of archives, one file per format, in memory and within limits.

Not here: what a member means (judge) or which kind the archive is (identify).
"""

from typing import TYPE_CHECKING, Any

from anshin.engine.unpack.member import Member, Problem

if TYPE_CHECKING:
    from anshin.engine.unpack.registry import unpack

__all__ = ["Member", "Problem", "unpack"]


def __getattr__(name: str) -> Any:
    """Import every unpacker when the first archive comes: whoever only needs `Member` starts without them."""
    if name != "unpack":
        raise AttributeError(name)
    from anshin.engine.unpack.registry import unpack

    return unpack
