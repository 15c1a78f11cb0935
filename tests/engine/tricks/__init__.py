"""Harmless files that imitate the tricks of real attacks, and the same files with the trick taken out.

They are made at run time; every address is one that cannot exist (RFC 2606, RFC 5737), and no command does harm.
"""
