"""Verdicts as text, JSON, SARIF and explanation. Every renderer returns a string.

Not here: printing, and deciding what a verdict says.
"""
