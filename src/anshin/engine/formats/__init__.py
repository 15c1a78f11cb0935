"""Parsers: what a file of one format says about itself. Each is one `parse(data, budget)`; see `contract`.

Not here: taking archives apart (`unpack`), deciding what a file is (`identify`), what a sign weighs (`rules`).
"""
