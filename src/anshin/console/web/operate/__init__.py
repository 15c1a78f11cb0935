"""Running an installation: its data folder, start, child processes, worker, checks, backups.

Not here: parsing of command lines (cli), and what the pages show (the other apps).
"""
