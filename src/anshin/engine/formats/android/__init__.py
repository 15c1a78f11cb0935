"""Apps for Android: the manifest, the byte code (DEX), and traits of an attack that only both together show.

Not here: native libraries (`elf`) and what else lies in the app, which the ZIP unpacker takes out.
"""
