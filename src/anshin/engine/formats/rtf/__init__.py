"""RTF: embedded objects however their digits are disguised, templates and fields that reach outside, known exploits.

Here live the scanner and the signs. Not here: what the objects contain (ole).
"""
