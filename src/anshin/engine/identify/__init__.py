"""What kind of file is it? Magic bytes and structure first, Magika for text and the unknown.

Here live the tables of kinds. Not here: reading what is inside (unpack).
"""

from anshin.engine.identify.decide import identify

__all__ = ["identify"]
