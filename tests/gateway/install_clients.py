"""Installs the real clients that the gateway is tested with: clamdscan, and Samba with its virus filter.

Without them those tests skip and say so. Samba's package starts a file server where systemd runs; nobody wants one on a
desk because of a test, so there it is left to a person.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
SAMBA = ("samba", "samba-vfs-modules", "smbclient")


def missing() -> list[str]:
    """Return the Debian packages that are not there yet."""
    found = [] if shutil.which("clamdscan") else ["clamdscan"]
    if not (shutil.which("smbd", path=SBIN) and shutil.which("smbclient") and has_virus_filter()):
        found += SAMBA
    return found


def has_virus_filter() -> bool:
    """Whether Samba's module is there."""
    return (
        any(Path("/usr/lib").glob("*/samba/vfs/virusfilter.so")) or Path("/usr/lib/samba/vfs/virusfilter.so").exists()
    )


def main() -> int:
    wanted = missing()
    if Path("/run/systemd/system").is_dir():
        wanted = [name for name in wanted if name not in SAMBA]
    if not wanted:
        return 0
    if not (os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get")):
        sys.stderr.write(
            "Some clients of the gateway are not installed, so their tests will skip. "
            f"On Debian: sudo apt-get install --no-install-recommends {' '.join(wanted)}\n"
        )
        return 0
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    if subprocess.run(command, env=quiet, check=False).returncode != 0:
        sys.stderr.write("The clients of the gateway could not be installed, so their tests will skip.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
