"""OpenDocument (odt, ods, odp): macros and what starts them, links that reach outside, encrypted entries.

Here live the manifest, events and links. Not here: the members themselves (unpack), and what Basic would do (vba).
"""
