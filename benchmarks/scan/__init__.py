"""How fast one warm engine judges the files of an ordinary system, beside ClamAV on the same files in the same run.

Not here: detection rates. ClamAV runs with one signature, so its figures are those of its file handling alone.
"""
