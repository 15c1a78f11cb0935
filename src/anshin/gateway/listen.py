"""Sockets to listen on: loopback unless a person says otherwise, and UNIX sockets that survive a crash."""

import contextlib
import ipaddress
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from anshin.engine.names import safe_name
from anshin.gateway.errors import AddressError, AddressTakenError

BACKLOG = 200


@dataclass(slots=True)
class Listener:
    """One socket, and where it is."""

    socket: socket.socket
    address: str
    remote: bool = False  # reachable from other machines
    path: Path | None = None
    inode: int = 0

    def close(self) -> None:
        """Stop listening; the socket's file goes, unless another program has put its own there meanwhile."""
        self.socket.close()
        if self.path is not None:
            with contextlib.suppress(OSError):
                if self.path.lstat().st_ino == self.inode:
                    self.path.unlink()


def listen_tcp(address: str, *, allow_remote: bool) -> Listener:
    """Listen on `host:port` (IPv6 in brackets; port 0: any free one). Raises `AddressError` or `AddressTakenError`."""
    host, port = _parsed(address)
    local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    if not local and not allow_remote:
        raise AddressError(
            f"{address} can be reached from other machines, and clamd's protocol knows neither passwords nor "
            "encryption; give --allow-remote if a firewall stands before it"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressTakenError(f"{address}: {os.strerror(error.errno or 0)}; is clamd or Anshin running?") from error
    bound = listener.getsockname()[1]
    return Listener(listener, f"[{host}]:{bound}" if ":" in host else f"{host}:{bound}", remote=not local)


def _parsed(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        if host != "localhost":
            ipaddress.ip_address(host)
        number = range(65536).index(int(port))
    except ValueError:
        raise AddressError(
            f"{safe_name(address)}: not an address; write 127.0.0.1:3310 or [::1]:3310 (a name other than localhost "
            "is not looked up)"
        ) from None
    return host, number


def listen_unix(path: Path, mode: int) -> Listener:
    """Listen on a UNIX socket with the file mode `mode`. Raises `AddressError` or `AddressTakenError`.

    A socket that a killed daemon left behind is replaced; one that answers, or a file of another kind, is not.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    name = safe_name(path)
    try:
        _clear(path)
        before = os.umask(0o777 & ~mode)  # from its first moment nobody else may connect
        try:
            listener.bind(os.fspath(path))
        finally:
            os.umask(before)
        path.chmod(mode)
        listener.listen(BACKLOG)
        inode = path.lstat().st_ino
    except OSError as error:
        listener.close()
        raise AddressError(
            f"{name}: {error.strerror or error}; does the folder exist, and may we write there?"
        ) from error
    except AddressTakenError:
        listener.close()
        raise
    return Listener(listener, name, path=path, inode=inode)


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise AddressTakenError(f"{safe_name(path)}: there is a file that is no socket; it is not overwritten")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError as error:  # full, or not ours: somebody is there
            raise AddressTakenError(f"{safe_name(path)}: another daemon listens there ({error})") from error
        else:
            raise AddressTakenError(f"{safe_name(path)}: another daemon listens there")
