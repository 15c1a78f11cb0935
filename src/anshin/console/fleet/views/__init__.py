"""The fleet's pages: parse, reach through access, do through operations, show a template.

Not here: rules (status), words (wording) and queries (access).
"""
