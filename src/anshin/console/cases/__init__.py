"""Incidents, their first steps, their sealed evidence and its custody.

Not here: the detection itself (fleet), or the rules of the steps (desk).
"""
