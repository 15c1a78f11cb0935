"""Judges foreign files that were made to break readers, straight from git repositories and in memory only.

None of them is ever written to a disk, opened by another program or kept. Not here: detection rates.
"""
