"""What happens to a score when an attacker edits a file without changing what it does. In memory only.

Here live the edits for each format and the attack that tries them. Nothing edited is ever written or run; that an edit
preserves the function is argued at the edit, and shown on harmless files in the tests.
"""
