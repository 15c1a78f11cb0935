"""Organisations, users, roles, invitations, sign-in links and API keys: who may do what.

Not here: what they do; every other app asks `access.py` here before it hands out an object.
"""
