"""VBA: the project in an OLE2 container, and what its source would do, told without running it.

Here live decompression, constant folding and the signs of macros. Not here: the container (ole), formulas (xlm).
"""
