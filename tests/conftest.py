"""What every test may use. The network is closed but for loopback."""

import ipaddress
import socket

import pytest

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address, *args, **kwargs):
    if self.family in {socket.AF_INET, socket.AF_INET6}:
        host = address[0]
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            pytest.fail(f"a test tried to reach {host}")
    return _connect(self, address, *args, **kwargs)


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may leave this machine."""
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


def eicar() -> bytes:
    """Return the harmless antivirus test file, put together here so that no source file contains it."""
    return (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
