"""The one outbox of domain events and the one page that names what follows from each.

Not here: the handlers themselves; they are operations of the app that acts.
"""
