"""Clients that others wrote: the Python package `clamd` and Debian's clamdscan."""

import io
import shutil
import subprocess
from pathlib import Path

import clamd
import pytest

from tests.engine.samples import eicar, noise, zipped

NAME = "Anshin.rule.eicar"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "good.txt").write_bytes(b"hello")
    (folder / "bad one.zip").write_bytes(zipped({"a/t.com": eicar()}))
    return folder


@pytest.mark.parametrize("unix", [False, True])
def test_the_python_package(start, tree, unix):
    with start() as gateway:
        client = (
            clamd.ClamdUnixSocket(str(gateway.path), timeout=20)
            if unix
            else clamd.ClamdNetworkSocket("127.0.0.1", gateway.port, timeout=20)
        )
        assert client.ping() == "PONG"
        assert client.version().startswith("Anshin ")
        assert client.reload() == "RELOADING"
        bad, good = str(tree / "bad one.zip"), str(tree / "good.txt")
        assert client.scan(bad) == {bad: ("FOUND", NAME)}
        assert client.scan(good) == {good: ("OK", None)}
        assert client.contscan(str(tree)) == {bad: ("FOUND", NAME)}
        assert client.multiscan(str(tree)) == {bad: ("FOUND", NAME)}
        assert client.instream(io.BytesIO(eicar())) == {"stream": ("FOUND", NAME)}
        assert client.instream(io.BytesIO(noise(500_000))) == {"stream": ("OK", None)}
        half = client.instream(io.BytesIO((tree / "bad one.zip").read_bytes()[:60]))
        assert half == {"stream": ("ERROR", "Not fully scanned (damaged)")}
        assert client.stats().rstrip().endswith("END")


clamdscan = pytest.mark.skipif(
    not shutil.which("clamdscan"), reason="clamdscan is not installed; on Debian: sudo apt-get install clamdscan"
)


def run(socket: Path, *arguments: str, given: bytes = b"") -> tuple[int, str]:
    configuration = socket.with_suffix(".conf")
    configuration.write_text(f"LocalSocket {socket}\n")
    command = ["clamdscan", f"--config-file={configuration}", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout.decode()


@clamdscan
@pytest.mark.parametrize(
    "way", [(), ("--fdpass",), ("--stream",), ("--multiscan",), ("--fdpass", "--multiscan"), ("-z",)]
)
def test_clamdscan_finds_and_passes(start, tree, way):
    with start() as gateway:
        code, told = run(gateway.path, *way, str(tree))
        assert code == 1
        assert f"{tree}/bad one.zip: {NAME} FOUND" in told
        assert "Infected files: 1" in told
        code, told = run(gateway.path, *way, str(tree / "good.txt"))
        assert code == 0
        assert f"{tree}/good.txt: OK" in told


@clamdscan
def test_clamdscan_does_not_take_half_a_scan_for_clean(start, tree):
    (tree / "bad one.zip").write_bytes(zipped({"a": b"x" * 200})[:-40])
    with start() as gateway:
        for way in ((), ("--fdpass",), ("--stream",)):
            code, told = run(gateway.path, *way, str(tree / "bad one.zip"))
            assert code == 2
            assert "Not fully scanned (damaged) ERROR" in told


@clamdscan
def test_clamdscan_speaks_of_the_server(start):
    with start() as gateway:
        assert run(gateway.path, "--version")[1].startswith("Anshin ")
        assert run(gateway.path, "--ping", "1:1")[0] == 0
        assert run(gateway.path, "--reload")[0] == 0
        assert run(gateway.path, "-", given=eicar())[0] == 1


@clamdscan
def test_clamdscan_moves_what_was_found(start, tree, tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    with start() as gateway:
        run(gateway.path, "--fdpass", f"--move={away}", str(tree))
    assert sorted(p.name for p in away.iterdir()) == ["bad one.zip"]
    assert sorted(p.name for p in tree.iterdir()) == ["good.txt"]
