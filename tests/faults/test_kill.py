"""Kill -9 at random points: afterwards every detection is in the console exactly once, and every file comes back.

The short form runs with the suite; `make test-faults` runs 50 kills of each during 200 detections.
"""

import hashlib
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import eicar
from tests.faults.house import House, wait_for

KILLS = int(os.environ.get("ANSHIN_FAULT_KILLS", "4"))
DETECTIONS = int(os.environ.get("ANSHIN_FAULT_DETECTIONS", "24"))


@pytest.fixture
def house(tmp_path: Path):
    built = House(tmp_path)
    built.set_up()
    try:
        yield built
    finally:
        built.stop()


def sample(number: int) -> bytes:
    """Return the harmless test file with `number` written in blanks behind it, as its standard allows."""
    return eicar() + bytes(0x20 if number >> bit & 1 else 0x09 for bit in range(16))


def drop(house: House, numbers: range, pause: float) -> None:
    for number in numbers:
        part = house.folder / "incoming"
        part.write_bytes(sample(number))
        part.rename(house.watched / f"請求書-{number:04}.pdf.exe")
        time.sleep(pause)


@pytest.mark.faults
def test_nothing_is_lost_or_doubled(house: House, tmp_path: Path) -> None:
    chance = random.Random(20261124)
    house.start("worker")
    house.start("agent")
    dropper = threading.Thread(target=drop, args=(house, range(DETECTIONS), 0.15))
    dropper.start()
    killed = Counter[str]()
    victims = ["agent", "console"] * KILLS
    chance.shuffle(victims)
    for victim in victims:
        time.sleep(chance.uniform(0.02, 1.2))
        house.kill(victim)
        killed[victim] += 1
        time.sleep(chance.uniform(0, 0.3))
        house.start(victim)
    dropper.join()
    assert killed == {"agent": KILLS, "console": KILLS}

    wait_for(lambda: not any(house.watched.iterdir()), seconds=120, why="every file is in quarantine")
    wait_for(
        lambda: len(house.ask_console("detections")) >= DETECTIONS and house.agent_json("status")["spooled"] == 0,
        seconds=120,
        why="every event is in the console",
    )
    times_seen = Counter(Path(path).name for path in house.ask_console("detections"))
    assert times_seen == Counter({f"請求書-{n:04}.pdf.exe": 1 for n in range(DETECTIONS)})

    items = house.agent_json("quarantine", "list")["items"]
    assert sorted(house.ask_console("items")) == sorted(item["item_id"] for item in items)
    house.kill("agent")
    back = tmp_path / "back"
    back.mkdir()
    for item in items:
        house.call(
            "-m", "anshin.cli", "agent", "quarantine", "restore", item["item_id"], "--reason", "compare the bytes",
            "--to", str(back), "--state", str(house.folder / "agent"),
        )  # fmt: skip
    found = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in back.iterdir())
    assert found == Counter(hashlib.sha256(sample(n)).hexdigest() for n in range(DETECTIONS))
