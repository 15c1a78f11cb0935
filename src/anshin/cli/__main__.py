"""`python -m anshin.cli` is the same program as `anshin`."""

from anshin.cli import main

main()
