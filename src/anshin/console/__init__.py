"""The Django project: remembers, shows and mails what the five pure packages find out.

One app per noun; apps speak to each other through `operations.py` only, and what must follow from an event goes
through the outbox in `loop`.
"""
