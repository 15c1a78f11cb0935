"""Every figure in the documentation comes from a command here. Each folder is one benchmark with a `__main__`."""
