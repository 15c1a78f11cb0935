"""What kind of file is it? Magic bytes and structure first, then the ending of text, Magika for the unknown.

Here live the tables of kinds. Not here: reading what is inside (formats, unpack).
"""

from anshin.engine.identify.decide import also, identify

__all__ = ["also", "identify"]
