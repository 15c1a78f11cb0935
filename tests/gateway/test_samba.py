"""A real file server asks the gateway: Samba's vfs_virusfilter, driven by smbclient on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.samples import eicar, zipped
from tests.gateway.install_clients import SBIN, has_virus_filter

SMBD = shutil.which("smbd", path=SBIN)
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="smbd changes between users, which only root may do"),
    pytest.mark.skipif(
        not (SMBD and shutil.which("smbclient") and has_virus_filter()),
        reason="Samba is not installed; on Debian: sudo apt-get install samba samba-vfs-modules smbclient",
    ),
]

CONFIGURATION = """
[global]
  server role = standalone server
  smb ports = {port}
  interfaces = 127.0.0.1
  bind interfaces only = yes
  private dir = {home}/private
  lock directory = {home}/lock
  state directory = {home}/state
  cache directory = {home}/cache
  pid directory = {home}/pid
  ncalrpc dir = {home}/ncalrpc
  log file = {home}/log
  map to guest = Bad User
  guest account = nobody
  load printers = no
  disable spoolss = yes
[share]
  path = {home}/share
  guest ok = yes
  read only = no
  vfs objects = virusfilter
  virusfilter:scanner = clamav
  virusfilter:socket path = {socket}
  virusfilter:infected file action = quarantine
  virusfilter:quarantine directory = {home}/quarantine
  virusfilter:block access on error = yes
  virusfilter:scan on close = yes
"""


class Share:
    """A share on loopback."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port

    def put(self, name: str, data: bytes) -> None:
        """Lay a file into the share behind Samba's back."""
        path = self.home / "share" / name
        path.write_bytes(data)
        path.chmod(0o666)

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands of smbclient."""
        command = ["smbclient", "-N", "-s", str(self.home / "smb.conf"), "-p", str(self.port), "//127.0.0.1/share"]
        return subprocess.run(
            [*command, "-c", commands], capture_output=True, text=True, check=False, timeout=60, cwd=self.home
        )

    def listed(self) -> set[str]:
        return {p.name for p in (self.home / "share").iterdir()}

    def quarantined(self) -> list[bytes]:
        return [p.read_bytes() for p in sorted((self.home / "quarantine").rglob("*")) if p.is_file()]


@contextmanager
def samba(clamd: Path) -> Iterator[Share]:
    # not below pytest's own folder, which only root may enter: guests are `nobody`
    with tempfile.TemporaryDirectory(prefix="anshin-samba-") as name, socket.create_server(("127.0.0.1", 0)) as free:
        home, port = Path(name), free.getsockname()[1]
        home.chmod(0o755)
        for folder in ("private", "lock", "state", "cache", "pid", "ncalrpc", "share", "quarantine"):
            (home / folder).mkdir()
        for folder in ("share", "quarantine"):
            (home / folder).chmod(0o777)
        (home / "smb.conf").write_text(CONFIGURATION.format(port=port, home=home, socket=clamd))
        free.close()
        command = [str(SMBD), "--foreground", "--no-process-group", "-s", str(home / "smb.conf")]
        with (home / "out").open("wb") as out:
            # in a session of its own: when it ends, smbd ends its whole process group
            daemon = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
        share = Share(home, port)
        try:
            deadline = time.monotonic() + 30
            while share.run("ls").returncode != 0:
                assert daemon.poll() is None, (home / "out").read_text()
                assert time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.1)
            yield share
        finally:
            daemon.terminate()
            daemon.wait(20)


def test_a_share_hands_out_what_is_clean_and_quarantines_what_is_not(start):
    with start() as gateway, samba(gateway.path) as share:
        share.put("good.txt", b"a harmless letter")
        share.put("bad.com", eicar())
        share.put("archive.zip", zipped({"bad.com": eicar()}))
        assert share.run("get good.txt").returncode == 0
        assert (share.home / "good.txt").read_bytes() == b"a harmless letter"
        for name in ("bad.com", "archive.zip"):
            refused = share.run(f"get {name}")
            assert "NT_STATUS_ACCESS_DENIED" in refused.stdout + refused.stderr
            assert not (share.home / name).exists()
        assert share.listed() == {"good.txt"}
        assert sorted(share.quarantined()) == sorted([eicar(), zipped({"bad.com": eicar()})])


def test_what_a_guest_uploads_is_looked_at_when_it_is_closed(start):
    with start() as gateway, samba(gateway.path) as share:
        (share.home / "up.com").write_bytes(eicar())
        (share.home / "letter.txt").write_bytes(b"a harmless letter")
        share.run("put letter.txt")
        share.run("put up.com")
        assert share.listed() == {"letter.txt"}
        assert share.quarantined() == [eicar()]


def test_what_was_not_fully_scanned_is_not_handed_out(start):
    with start() as gateway, samba(gateway.path) as share:
        share.put("half.zip", zipped({"a": b"x" * 500})[:-40])
        refused = share.run("get half.zip")
        assert "NT_STATUS_ACCESS_DENIED" in refused.stdout + refused.stderr
        assert share.listed() == {"half.zip"}  # no finding: it stays where it was


def test_without_the_gateway_nothing_is_handed_out(start):
    with start() as gateway, samba(gateway.path) as share:
        share.put("good.txt", b"a harmless letter")
        gateway.server.stop()
        while gateway.path.exists():
            time.sleep(0.05)
        refused = share.run("get good.txt")
    assert "NT_STATUS_ACCESS_DENIED" in refused.stdout + refused.stderr
