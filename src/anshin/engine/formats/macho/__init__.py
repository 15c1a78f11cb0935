"""Programs and libraries for macOS (Mach-O), thin and fat: load commands, links, signature, and traits of an attack.

Not here: disk images, packages and application bundles, which other readers take apart.
"""
