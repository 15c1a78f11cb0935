"""What agent and console say to each other: documents and request signatures, and nothing else.

Pure, so that both ends stand on the same lines without standing on each other. Not here: HTTP, storage, keys on disk.
"""
