"""The program on a PC: a pure state machine, and a thin layer over the operating system.

Here live watching, blocking, quarantine, the spool and the talk with the console. Not here: judging a file (engine).
"""
