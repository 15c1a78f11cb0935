"""Java classes and archives (class, JAR): names, calls and strings of the constant pool, and what an archive carries.

Not here: the byte code itself, and the files in an archive, which the ZIP unpacker takes out.
"""
