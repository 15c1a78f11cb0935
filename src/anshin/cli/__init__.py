"""The `anshin` command: argument parsing and printing only. Nothing imports this package."""

from anshin.cli.app import main

__all__ = ["main"]
