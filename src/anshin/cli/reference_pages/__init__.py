"""One file per generated reference page.

Not here: writing and comparing the pages (anshin.cli.reference), and pages written by hand.
"""
