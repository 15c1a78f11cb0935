"""Excel 4.0 macros (XLM): sheets whose formulas run programs, from BIFF8, BIFF12 (xlsb) and XML.

Here live formulas as trees, their constant evaluation, and the signs. Not here: VBA (vba), containers (ole, ooxml).
"""
