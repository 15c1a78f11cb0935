"""The demonstration: sample companies, people and history as data, and the one real agent that plays along.

Not here: anything a real installation needs.
"""
