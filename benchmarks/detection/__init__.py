"""Runs others' detectors, and ours without models, on the test files of the learned models: what stands beside ours.

A peer lives in an environment of its own in the user's cache and gets every file through a pipe; nothing of a sample,
nor of a peer, is kept in this repository but the results.
"""
