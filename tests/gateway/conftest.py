"""A gateway in this process, on sockets of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from anshin.engine.service import Engine, EngineSettings
from anshin.gateway.listen import Listener, listen_tcp, listen_unix
from anshin.gateway.server import Server, Settings

PLAIN = Settings()


class Gateway:
    """A running server, and how to talk to it."""

    def __init__(self, server: Server, tcp: Listener, unix: Listener) -> None:
        self.server = server
        self.port = tcp.socket.getsockname()[1]
        self.path = Path(unix.address)

    def connect(self, *, unix: bool = False) -> socket.socket:
        line = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        line.settimeout(20)
        try:
            line.connect(str(self.path) if unix else ("127.0.0.1", self.port))
        except OSError:
            line.close()
            raise
        return line

    def ask(self, data: bytes, *, unix: bool = False) -> bytes:
        """Send bytes and return everything that comes until the end."""
        with self.connect(unix=unix) as line:
            line.sendall(data)
            return everything(line)


def everything(line: socket.socket) -> bytes:
    answer = b""
    try:
        while piece := line.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


Start = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(EngineSettings(jail=False)) as engine:
        yield engine


@pytest.fixture
def start(engine: Engine, tmp_path: Path) -> Start:
    """Return a context manager that runs a gateway; `own` is an engine of the test's own."""

    @contextmanager
    def running(settings: Settings = PLAIN, *, own: Engine | None = None, remote: bool = False):
        tcp, unix = listen_tcp("127.0.0.1:0", allow_remote=False), listen_unix(tmp_path / "clamd.sock", 0o600)
        tcp.remote = remote
        server = Server(own or engine, [tcp, unix], settings)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield Gateway(server, tcp, unix)
        finally:
            server.stop()
            thread.join(60)
            assert not thread.is_alive()

    return running
