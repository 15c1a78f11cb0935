"""Every wall is tried from inside, in a process of its own."""

import json
import subprocess
import sys

import pytest

from anshin.engine.jail.seccomp import build
from anshin.engine.wording import load_data

PROBE = """
import ctypes, json, os, signal, socket, sys
from anshin.engine.jail.walls import put_up
from anshin.engine.limits import Limits
out = os.dup(1)
held = os.open("/etc/passwd", os.O_RDONLY)
report = put_up(Limits(memory_bytes=512 * 1024 * 1024), dies_with_parent=False)

def tried(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return getattr(error, "errno", None) or type(error).__name__
    return "allowed"

found = {
    "read elsewhere": tried(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "list elsewhere": tried(lambda: os.listdir("/home")),
    "write": tried(lambda: os.open(sys.argv[1] + "/x", os.O_WRONLY | os.O_CREAT)),
    "delete": tried(lambda: os.unlink(sys.argv[1] + "/victim")),
    "socket": tried(lambda: socket.socket()),
    "unix socket": tried(lambda: socket.socket(socket.AF_UNIX)),
    "fork": tried(os.fork),
    "exec": tried(lambda: os.execv("/bin/true", ["true"])),
    "signal": tried(lambda: os.kill(os.getppid(), 0)),
    "memory": tried(lambda: bytearray(600 * 1024 * 1024)),
    "read what is open": tried(lambda: os.pread(held, 10, 0)),
    "import late": tried(lambda: __import__("wave")),
}
raised = ctypes.CDLL(None).syscall(101, 0, 0, 0, 0)  # ptrace(TRACEME) on x86_64
found["ptrace"] = "allowed" if raised == 0 else "refused"
os.write(out, json.dumps({"report": report.as_dict(), "found": found}).encode())
"""


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "victim").write_text("x")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(folder)],
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (folder / "victim").exists()
    return json.loads(done.stdout)


linux = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")


@linux
def test_all_walls_of_this_kernel_stand(probed):
    report = probed["report"]
    assert report["no_new_privs"]
    assert report["rlimits"]
    assert report["seccomp"]


@linux
@pytest.mark.parametrize(
    "what", ["write", "delete", "socket", "unix socket", "fork", "exec", "signal", "ptrace", "memory"]
)
def test_what_must_not_be_is_refused(probed, what):
    assert probed["found"][what] != "allowed"


@linux
@pytest.mark.parametrize("what", ["read elsewhere", "list elsewhere"])
def test_files_that_were_not_handed_over_cannot_be_read(probed, what):
    if not probed["report"]["landlock_abi"]:
        pytest.skip("this kernel has no Landlock; the report says so")
    assert probed["found"][what] != "allowed"


@linux
@pytest.mark.parametrize("what", ["read what is open", "import late"])
def test_what_the_work_needs_stays_possible(probed, what):
    assert probed["found"][what] == "allowed"


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_short_enough_for_the_kernel_and_every_jump_lands_inside(machine):
    program = build(machine, pid=1)
    assert len(program) < 4096
    for number, code in enumerate(program):
        assert number + 1 + max(code[2], code[3]) < len(program) or code[0] == 0x06


DANGEROUS = """
    socket connect bind execve execveat ptrace fork vfork clone clone3 kill mount unlink unlinkat rename renameat2 creat
    truncate ftruncate chmod fchmod chown bpf io_uring_setup process_vm_writev pidfd_open perf_event_open userfaultfd
    keyctl ioctl openat2 memfd_create setuid capset seccomp unshare setns init_module kexec_load
"""


def test_no_dangerous_call_is_on_the_list():
    data = load_data("jail/syscalls.yaml")
    assert not {*data["allowed"], *data["conditional"]} & set(DANGEROUS.split())
