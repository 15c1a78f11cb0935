"""One client process: sends signed batches for some devices, one request after another, until its time is over."""

import base64
import itertools
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin.engine.verdict import FileType, Reason, Status, Verdict, Versions
from anshin.wire.documents import AgentEvent, EnrolRequest, EventKind, EventUpload, Machine, Quarantined
from anshin.wire.signature import sign

PATH = "/api/agent/v1/events"
MACHINE = Machine(
    hostname="bench", os="Linux 6.1", arch="x86_64", agent_version="9", engine_version="9", rules_version="0" * 16
)


@dataclass
class Sender:
    """One device."""

    device_id: UUID
    key: Ed25519PrivateKey
    sequence: int = 0

    @classmethod
    def enrol(cls, client: httpx.Client, token: str) -> "Sender":
        key = Ed25519PrivateKey.generate()
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        request = EnrolRequest(token=token, public_key=public, machine=MACHINE)
        answer = client.post("/api/agent/v1/enrol", content=request.model_dump_json())
        answer.raise_for_status()
        return cls(UUID(answer.json()["device_id"]), key)

    def batch(self, size: int) -> bytes:
        return EventUpload(events=tuple(self.event() for _ in range(size))).model_dump_json().encode()

    def event(self) -> AgentEvent:
        self.sequence += 1
        item = uuid4()
        sha256 = f"{item.int:064x}"
        path = f"/home/user/Downloads/見積書-{self.sequence}.pdf.exe"
        reasons = tuple(
            Reason(code=f"rule.example_{n}", weight=0.9 - n / 10, ja="名前を偽っています。", en="A false name.")
            for n in range(3)
        )
        verdict = Verdict(
            sha256=sha256,
            size=184_320,
            name=path,
            type=FileType(kind="pe", mime="application/x-dosexec", decided_by="structure"),
            status=Status.MALICIOUS,
            score=0.98,
            reasons=reasons,
            versions=Versions(engine="9", rules="0" * 16),
            cpu_ms=20.0,
        )
        return AgentEvent(
            id=uuid4(),
            sequence=self.sequence,
            kind=EventKind.DETECTION_BLOCKED,
            occurred_at=datetime.now(UTC),
            path=path,
            verdict=verdict,
            quarantine=Quarantined(item_id=item, original_path=path, size=184_320, sha256=sha256),
        )

    def headers(self, body: bytes) -> dict[str, str]:
        return sign(key=self.key, device_id=self.device_id, method="POST", path=PATH, body=body, now=datetime.now(UTC))


def main() -> None:
    """Read {url, tokens, sizes, seconds} from stdin; after each line on stdin run one size; print the figures."""
    plan = json.loads(sys.stdin.readline())
    with httpx.Client(base_url=plan["url"], timeout=60, trust_env=False) as client:
        devices = [Sender.enrol(client, token) for token in plan["tokens"]]
        print("ready", flush=True)
        for size in plan["sizes"]:
            sys.stdin.readline()
            print(json.dumps(send(client, devices, size, plan["seconds"])), flush=True)


def send(client: httpx.Client, devices: list[Sender], size: int, seconds: float) -> dict[str, object]:
    """Send batches of `size` for `seconds`. The times leave out the making of bodies; the rate of events does not."""
    turn = itertools.cycle(devices)
    times: list[float] = []
    stored = 0
    spent = 0.0
    while spent < seconds:
        device = next(turn)
        body = device.batch(size)
        before = time.perf_counter()
        answer = client.post(PATH, content=body, headers=device.headers(body))
        times.append(time.perf_counter() - before)
        spent += times[-1]
        answer.raise_for_status()
        stored += len(answer.json()["stored"])
    return {"stored": stored, "times": times}


if __name__ == "__main__":
    main()
