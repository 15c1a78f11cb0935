"""`anshin engine`: the daemon as a process that is started, stopped and killed, and the linter."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.samples import eicar

ANSHIN = [sys.executable, "-m", "anshin.cli", "engine"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ANSHIN, *arguments], capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def daemon(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start it; yield the process and the addresses that it listens on."""
    command = [*ANSHIN, "serve", "--clamd", "--log", "json", *arguments]
    wanted = 2 if "--socket" in arguments and "--listen" in arguments else 1
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        addresses: list[str] = []
        try:
            while len(addresses) < wanted:
                line = process.stderr.readline()
                assert line, "it ended before it listened"
                event: dict[str, Any] = json.loads(line)
                if event["event"] == "listening":
                    addresses.append(event["address"])
            yield process, addresses
        finally:
            process.terminate()
            process.communicate(timeout=60)


def ask(address: str, data: bytes) -> bytes:
    unix = address.startswith("/")
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as line:
        line.settimeout(30)
        line.connect(address if unix else ("127.0.0.1", int(address.rpartition(":")[2])))
        line.sendall(data)
        answer = b""
        while piece := line.recv(4096):
            answer += piece
    return answer


def test_it_serves_on_both_kinds_of_socket_and_ends_when_told(tmp_path: Path):
    path = tmp_path / "s"
    with daemon("--socket", str(path), "--socket-mode", "600", "--listen", "127.0.0.1:0") as (process, addresses):
        assert path.stat().st_mode & 0o777 == 0o600
        (tmp_path / "t.com").write_bytes(eicar())
        for address in addresses:
            assert ask(address, b"zPING\0") == b"PONG\0"
            assert ask(address, b"zSCAN %s/t.com\0" % os.fsencode(tmp_path)).endswith(b": Anshin.rule.eicar FOUND\0")
        process.send_signal(signal.SIGHUP)
        assert ask(addresses[0], b"zPING\0") == b"PONG\0"
        process.terminate()
        assert process.wait(30) == 0
    assert not path.exists()


def test_after_a_kill_it_starts_again_on_the_same_socket(tmp_path: Path):
    path = tmp_path / "s"
    with daemon("--socket", str(path)) as (process, _):
        process.kill()
        process.wait(30)
        assert path.exists()
        with daemon("--socket", str(path)) as (_, addresses):
            assert ask(addresses[0], b"zPING\0") == b"PONG\0"


def test_two_cannot_have_the_same_socket_and_a_file_is_never_overwritten(tmp_path: Path):
    path, file = tmp_path / "s", tmp_path / "precious"
    file.write_text("mine")
    with daemon("--socket", str(path)) as (_, addresses):
        second = run("serve", "--clamd", "--socket", str(path))
        assert second.returncode == 5
        assert "another daemon listens there" in second.stderr
        assert ask(addresses[0], b"zPING\0") == b"PONG\0"
    refused = run("serve", "--clamd", "--socket", str(file))
    assert refused.returncode == 5
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["serve"], 2, "--clamd"),
        (["serve", "--clamd", "--listen", "0.0.0.0:0"], 2, "--allow-remote"),
        (["serve", "--clamd", "--listen", "[::]:0"], 2, "--allow-remote"),
        (["serve", "--clamd", "--listen", "mail.example:3310"], 2, "not an address"),
        (["serve", "--clamd", "--listen", "127.0.0.1:99999"], 2, "not an address"),
        (["serve", "--clamd", "--listen", "127.0.0.1:-1"], 2, "not an address"),
        (["serve", "--clamd", "--socket", "/nowhere/at/all"], 2, "does the folder exist"),
        (["serve", "--clamd", "--socket", "/tmp/x", "--socket-mode", "999"], 2, "octal"),
        (["serve", "--clamd", "--root", "/nowhere"], 3, "no such file"),
        (["rules", "check", "/nowhere"], 3, "no such file"),
    ],
)
def test_what_cannot_be_is_said_with_a_way_out(arguments, code, word):
    done = run(*arguments)
    assert done.returncode == code
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_remote_address_with_the_flag_is_allowed():
    with daemon("--listen", "0.0.0.0:0", "--allow-remote") as (_, addresses):
        assert ask(addresses[0], b"zPING\0") == b"PONG\0"
        assert ask(addresses[0], b"zSCAN /etc/passwd\0") == b"/etc/passwd: Access denied. ERROR\0"


def test_rules_changed_on_disk_are_taken_over(tmp_path: Path):
    (tmp_path / "r.yar").write_text("rule nothing { condition: false }")
    asked = b"zINSTREAM\0\0\0\0\x08needle-7\0\0\0\0"
    with daemon("--listen", "127.0.0.1:0", "--rules", str(tmp_path)) as (_, addresses):
        assert ask(addresses[0], asked) == b"stream: OK\0"
        (tmp_path / "r.yar").write_text('rule mine { strings: $a = "needle-7" condition: $a }')
        deadline = time.monotonic() + 30
        while ask(addresses[0], asked) == b"stream: OK\0":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert ask(addresses[0], asked) == b"stream: Anshin.suspicious.rule.user.mine FOUND\0"


def test_our_own_rules_are_in_order():
    done = run("rules", "check")
    assert (done.returncode, done.stdout) == (0, "")


RULES = """rule fine {
  meta:
    author = "me" date = "2026-11-25" reference = "https://example.com" ja = "見つけました。" en = "Found it."
    attack = "T1059.001, T1105" weight = 0.4
  strings: $a = "abc"
  condition: $a
}
rule careless { meta: weight = 7 attack = "PowerShell" date = "today" strings: $a = "abc" condition: $a }
rule broken { condition: $missing }
"""


def test_the_linter_names_file_line_and_rule(tmp_path: Path):
    path = tmp_path / "r.yar"
    path.write_text(RULES)
    done = run("rules", "check", str(tmp_path), "--json")
    assert done.returncode == 1
    remarks = json.loads(done.stdout)["remarks"]
    assert {(r["line"], r["rule"], r["level"]) for r in remarks} == {(8, "careless", "warning"), (9, "broken", "error")}
    told = " ".join(r["message"] for r in remarks)
    for word in ("weight is 7", "attack is 'PowerShell'", "date is 'today'", "meta lacks author, reference, ja, en"):
        assert word in told
    text = run("rules", "check", str(path))
    assert f"{path}:9: error: broken: unknown pattern `$missing`" in text.stdout
    (tmp_path / "r.yar").write_text(RULES.partition("rule careless")[0])
    assert run("rules", "check", str(tmp_path)).returncode == 0


def test_a_folder_without_rules_is_a_mistake_and_not_in_order(tmp_path: Path):
    done = run("rules", "check", str(tmp_path))
    assert done.returncode == 3
    assert "no file ends with .yar" in done.stderr
