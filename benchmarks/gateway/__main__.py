"""`python -m benchmarks.gateway [--requests N]` starts the daemon, sends tiny files from four clients, prints a line.

Every request is a connection of its own with one INSTREAM. Exit code 1 when an answer was wrong or something leaked.
"""

import argparse
import json
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parents[1] / "results" / "gateway.json"
CLIENTS = 4
RSS = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateway")
    parser.add_argument("--requests", type=int, default=20_000)
    wanted = parser.parse_args().requests
    command = [sys.executable, "-m", "anshin.cli", "engine", "serve", "--clamd", "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*command, "--log", "json"], stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        port = int(json.loads(daemon.stderr.readline())["address"].rpartition(":")[2])
        threading.Thread(target=daemon.stderr.read, daemon=True).start()
        try:
            figures = _measure(port, daemon.pid, wanted)
        finally:
            daemon.terminate()
            daemon.wait(60)
    print(
        f"{figures['requests']} requests in {figures['seconds']} s: {figures['per_second']} a second, "
        f"{figures['wrong']} wrong; memory {figures['rss_mb'][0]} -> {figures['rss_mb'][1]} MB, "
        f"open files {figures['open_files'][0]} -> {figures['open_files'][1]}"
    )
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n")
    grown = figures["rss_mb"][1] > 1.5 * figures["rss_mb"][0] or figures["open_files"][1] > figures["open_files"][0] + 5
    return 1 if figures["wrong"] or grown else 0


def _measure(port: int, pid: int, wanted: int) -> dict[str, Any]:
    wrong = 0
    lock = threading.Lock()

    def client(first: int) -> None:
        nonlocal wrong
        for number in range(first, wanted, CLIENTS):
            data = b"zINSTREAM\0\0\0\0\x08text%04d\0\0\0\0" % (number % 10_000)
            if _ask(port, data) != b"stream: OK\0":
                with lock:
                    wrong += 1

    _ask(port, b"zPING\0")
    before = _size(pid)
    started = time.perf_counter()
    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    time.sleep(0.5)
    after = _size(pid)
    return {
        "requests": wanted,
        "seconds": round(seconds, 1),
        "per_second": round(wanted / seconds),
        "wrong": wrong,
        "rss_mb": [before[0], after[0]],
        "open_files": [before[1], after[1]],
    }


def _ask(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(data)
        answer = b""
        while piece := line.recv(4096):
            answer += piece
    return answer


def _size(pid: int) -> tuple[int, int]:
    folder = Path(f"/proc/{pid}")
    return int(RSS.findall((folder / "status").read_text())[0]) // 1024, len(list((folder / "fd").iterdir()))


if __name__ == "__main__":
    sys.exit(main())
