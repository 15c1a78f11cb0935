"""Is this file safe? Bytes in, a `Verdict` out.

Here live identification, unpacking, rules and the jail. Not here: watching folders, quarantine, or a network.
"""
