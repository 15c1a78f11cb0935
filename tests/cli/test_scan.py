"""`anshin scan` as a person starts it: a process of its own, its exit code, and what stands on both outputs."""

import hashlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anshin.cli.scan import exit_code
from anshin.engine.verdict import Verdict
from tests.engine.samples import eicar, zipped


def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(p for p in sys.path if p), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "anshin.cli", "scan", *map(str, arguments)],
        check=False,
        input=stdin,
        capture_output=True,
        env=clean | environment,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path):
    for name, data in {"a-good": b"hello", "b-test.com": eicar(), "c.zip": zipped({"x": b"y"})[:-30]}.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["a-good"], 0),
        (["b-test.com"], 10),
        (["c.zip"], 13),
        (["a-good", "c.zip"], 13),
        (["a-good", "b-test.com", "c.zip"], 10),
    ],
)
def test_exit_code_is_that_of_the_worst_file(folder, names, code):
    done = run(*(folder / n for n in names))
    assert done.returncode == code
    assert [Path(line.split(b": ")[0].decode()).name for line in done.stdout.splitlines()] == names


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"malicious": 1, "suspicious": 1, "incomplete": 1, "unreadable": 1}, 10),
        ({"suspicious": 1, "incomplete": 1, "unreadable": 1}, 11),
        ({"incomplete": 1, "unreadable": 1}, 13),
        ({"unreadable": 1, "clean": 5}, 12),
        ({"clean": 5}, 0),
        ({}, 0),
    ],
)
def test_order_of_exit_codes(counts, code):
    assert exit_code(counts) == code


def test_folder_is_walked_in_order_links_and_special_files_are_named_and_left_out(folder):
    (folder / "z").mkdir()
    (folder / "z" / "deep").write_bytes(b"deep")
    (folder / "link").symlink_to(folder / "b-test.com")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    done = run("--json", "--jobs", "3", folder)
    document = json.loads(done.stdout)
    assert [Path(v["name"]).name for v in document["verdicts"]] == ["a-good", "b-test.com", "c.zip", "deep"]
    assert sorted(Path(p).name for p in document["skipped"]) == ["link", "loop", "pipe"]
    assert b"symbolic link, not scanned" in done.stderr
    assert done.returncode == 10


def test_a_link_that_is_named_is_followed_and_a_pipe_is_unreadable(folder):
    (folder / "link").symlink_to("b-test.com")
    done = run(folder / "link")
    assert done.returncode == 10
    assert done.stdout.startswith(str(folder / "link").encode())
    os.mkfifo(folder / "pipe")
    assert run(folder / "pipe").returncode == 12


def test_standard_input(folder):
    done = run("--json", "-", stdin=eicar())
    assert done.returncode == 10
    assert json.loads(done.stdout)["verdicts"][0]["name"] == "-"
    assert run("-", stdin=b"").returncode == 0


def test_json_keeps_every_verdict_whole(folder):
    document = json.loads(run("--json", folder).stdout)
    for verdict in document["verdicts"]:
        Verdict.model_validate(verdict)
    assert document["summary"]["files"] == 3


def test_sarif(folder):
    done = run("--sarif", folder)
    assert done.returncode == 10
    assert json.loads(done.stdout)["runs"][0]["results"]


@pytest.mark.parametrize(("language", "word"), [("ja_JP.UTF-8", "危険"), ("en_US.UTF-8", "malicious")])
def test_language_follows_the_terminal(folder, language, word):
    done = run("--explain", folder / "b-test.com", LC_ALL=language, PYTHONUTF8="1")
    assert word in done.stdout.decode()


def test_quiet_prints_only_what_is_not_clean(folder):
    done = run("--quiet", folder)
    assert b"a-good" not in done.stdout
    assert b"b-test.com" in done.stdout
    assert done.stderr == b""


@pytest.mark.parametrize("name", [b"two\nlines", b"bad\xff\xfe", "turn\u202eed".encode(), b"\x1b[2Jclear"])
def test_names_cannot_play_tricks_on_the_terminal(tmp_path, name):
    path = os.fsencode(tmp_path) + b"/" + name
    Path(os.fsdecode(path)).write_bytes(b"x")
    done = run(os.fsdecode(path))
    text = done.stdout.decode("utf-8")
    assert done.returncode == 0
    assert text.count("\n") == 1
    assert text.strip().isprintable()


@pytest.mark.parametrize(
    ("arguments", "code", "shape"),
    [
        (["/nowhere/at/all"], 3, {"code": "not_found", "field": "path"}),
        (["--jobs", "0", "x"], 2, {"code": "usage", "field": "jobs"}),
        (["--unknown", "x"], 2, {"code": "usage"}),
        ([], 2, {"code": "usage", "field": "paths"}),
        (["--sarif", "x"], 2, {"code": "usage"}),
        (["--rules", "/nowhere", "/"], 3, {"code": "not_found"}),
        (["--allow", "/nowhere", "/etc/hostname"], 3, {"code": "not_found", "field": "allow"}),
        (["--deny", "/etc/passwd", "/etc/hostname"], 2, {"code": "bad_list", "field": "deny"}),
    ],
)
def test_errors_have_one_shape_and_nothing_stands_on_standard_output(arguments, code, shape):
    done = run("--json", *arguments)
    assert done.returncode == code
    assert done.stdout == b""
    error: dict[str, Any] = json.loads(done.stderr)["error"]
    assert error["message"]
    assert {k: error[k] for k in shape} == shape


def test_errors_without_json_are_a_sentence():
    done = run("/nowhere/at/all")
    assert done.stderr == b"anshin: /nowhere/at/all: there is no such file or folder; check the spelling\n"


def test_lists_and_rules_of_the_user(folder, tmp_path_factory):
    extra = tmp_path_factory.mktemp("extra")
    hashes = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in ("a-good", "b-test.com")}
    (extra / "allow").write_text(f"{hashes['b-test.com']}  b-test.com\n")
    (extra / "deny").write_text(f"# bad\n{hashes['a-good']}\n")
    assert run("--allow", extra / "allow", folder / "b-test.com").returncode == 0
    assert run("--deny", extra / "deny", folder / "a-good").returncode == 10
    rules = tmp_path_factory.mktemp("rules")
    (rules / "one.yar").write_text('rule one { strings: $a = "hello" condition: $a }')
    (rules / "two.yar").write_text("rule two {\n nonsense }")
    done = run("--rules", rules, folder / "a-good")
    assert done.returncode == 11
    assert b"two.yar, line 2" in done.stderr


def test_no_control_codes_and_no_bar_where_there_is_no_terminal(folder):
    done = run(folder, FORCE_COLOR="")
    assert b"\x1b" not in done.stdout + done.stderr


def test_colour_is_never_used_for_results_even_on_a_terminal(folder):
    master, slave = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path), "NO_COLOR": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "anshin.cli", "scan", str(folder / "a-good")]
    subprocess.run(command, stdout=slave, stderr=subprocess.DEVNULL, env=environment, check=True)
    os.close(slave)
    assert b"\x1b" not in os.read(master, 10_000)
    os.close(master)


def test_the_program_starts_without_django_and_without_magika(folder):
    script = (
        "import sys; sys.argv = ['anshin', 'scan', sys.argv[1]]\n"
        "from anshin.cli import main\n"
        "try: main()\n"
        "except SystemExit as e: assert e.code == 0, e.code\n"
        "loaded = {'django', 'magika', 'onnxruntime', 'numpy', 'httpx', 'py7zr'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    subprocess.run([sys.executable, "-c", script, str(folder / "a-good")], check=True, env=environment, timeout=60)


def test_the_current_folder_cannot_slip_code_into_the_scan(folder):
    for name in ("yara_x.py", "pydantic.py", "yaml.py", "json.py"):
        (folder / name).write_text("raise SystemExit('taken over')")
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "anshin.cli", "scan", "."]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, env=environment, timeout=60)
    assert done.returncode == 10
    assert b"taken over" not in done.stderr


def test_cold_start_brings_in_nothing_heavy(folder):
    """What keeps the start short: the console, the models' runtime and numerics are not imported for one clean file."""
    done = run(folder / "a-good", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    imported = {line.rsplit(b"|", 1)[-1].strip().split(b".")[0] for line in done.stderr.splitlines() if b"|" in line}
    assert {b"anshin", b"pydantic", b"typer"} <= imported
    assert not imported & {b"django", b"ninja", b"onnxruntime", b"magika", b"numpy", b"httpx", b"rich"}
