"""The append-only log of who did what, chained by hashes per organisation.

Not here: evidence of a case (cases), or what the server did for technical reasons (its JSON log).
"""
