"""Template filters of people.

Not here: anything that decides; a filter only says the same in other words.
"""
