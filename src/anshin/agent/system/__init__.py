"""The thin layer over the operating system: files, folders, owners, extended attributes, locks.

Here lives what differs between systems. Not here: any decision about a file.
"""

import sys

from anshin.agent.system.base import System


def this_system() -> System:
    """Return the layer for the computer we run on."""
    if sys.platform == "linux":
        from anshin.agent.system.linux import LinuxSystem

        return LinuxSystem()
    from anshin.agent.system.portable import PortableSystem

    return PortableSystem()
