"""Shortcuts: LNK of Windows, URL, SCF, library-ms, search-ms, desktop entries, webloc.

What they start goes to `formats.script`.
"""
