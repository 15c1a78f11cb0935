"""VBA: the project in an OLE2 container, and what its source would do, told without running it.

Here live decompression, constant folding and the signs of macros. Not here: the container (ole), Excel 4.0 macros (xlm).
"""
