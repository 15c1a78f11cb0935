"""Compares our EMBERv3-compatible vectors with those of the reference extractor, file by file and group by group.

The reference lives in an environment of its own in the user's cache folder; nothing of it is kept in this repository.
"""
