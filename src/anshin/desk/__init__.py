"""What do we do, and by when? Facts in; first steps and sealed evidence out.

Here live playbooks (data) and the evidence chain. Not here: people, mail, storage.
"""
