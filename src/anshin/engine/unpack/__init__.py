"""Takes members out of archives, one file per format, in memory and within limits.

Not here: what a member means (judge) or which kind the archive is (identify).
"""

from anshin.engine.unpack.member import Member, Problem
from anshin.engine.unpack.registry import unpack

__all__ = ["Member", "Problem", "unpack"]
