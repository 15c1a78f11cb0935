"""Installs what the browser tests drive: Debian's Chromium and a Japanese font. Without it those tests skip."""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> int:
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return 0
    if not (os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get")):
        sys.stderr.write(
            "Chromium is not installed, so the browser tests will skip. "
            f"On Debian: sudo apt-get install {' '.join(PACKAGES)}\n"
        )
        return 0
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    done = subprocess.run(["apt-get", "install", "-y", "-qq", *PACKAGES], env=quiet, check=False)
    if done.returncode != 0:
        sys.stderr.write("Chromium could not be installed, so the browser tests will skip.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
