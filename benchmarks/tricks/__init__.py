"""Shows what the engine says of harmless files that imitate real tricks, and of the same files without them."""
