"""Linux programs, libraries, kernel modules and objects (ELF): headers, what is linked, and traits of an attack.

Not here: what a program does when it runs, and the code itself beyond the few instructions of tiny programs.
"""
