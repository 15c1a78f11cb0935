"""An agent without an agent: a device's key, the documents it sends, and a signed way to send them."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from anshin.console.fleet.operations import make_enrolment_token
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from anshin.wire.signature import sign

MACHINE = {
    "hostname": "keiri-02",
    "os": "Windows 11 23H2",
    "arch": "AMD64",
    "agent_version": "9.0.0",
    "engine_version": "9.0.0",
    "rules_version": "0123456789abcdef",
}


def public_key(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def verdict(
    name: str = "請求書.pdf.exe", status: str = "malicious", sha256: str = "a" * 64, **more: Any
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "sha256": sha256,
        "size": 68,
        "name": name,
        "type": {"kind": "pe", "mime": "application/x-dosexec", "decided_by": "structure"},
        "status": status,
        "score": 0.99,
        "reasons": [
            {
                "code": "name.double_extension",
                "weight": 0.9,
                "ja": "名前を偽っています(PDFに見える実行ファイル)。",
                "en": "It pretends to be a PDF but is a program.",
                "attack": ["T1036.007"],
                "place": {"member": "", "offset": 0, "detail": ""},
            }
        ],
        "versions": {"engine": "9.0.0", "rules": "0123456789abcdef", "model": "none"},
        "cpu_ms": 12.5,
        **more,
    }


def event(
    kind: str = "agent.started", *, sequence: int = 1, now: datetime | None = None, **more: Any
) -> dict[str, Any]:
    """Return an event's document; a detection gets its verdict, a blocked one its quarantine item."""
    document: dict[str, Any] = {
        "id": str(uuid4()),
        "sequence": sequence,
        "kind": kind,
        "occurred_at": (now or datetime.now(UTC)).isoformat(),
    }
    if kind.startswith("detection."):
        document |= {"path": "C:\\Users\\経理\\Downloads\\請求書.pdf.exe", "verdict": verdict()}
    if kind.startswith(("detection.blocked", "quarantine.")):
        document["quarantine"] = {
            "item_id": str(uuid4()),
            "original_path": "C:\\Users\\経理\\Downloads\\請求書.pdf.exe",
            "size": 68,
            "sha256": "a" * 64,
        }
    return document | more


@dataclass
class FakeAgent:
    """Signs and sends like an agent. `off` shifts its clock."""

    device_id: UUID
    key: Ed25519PrivateKey
    client: Client = field(default_factory=Client)
    off: timedelta = timedelta(0)

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC) + self.off
        return sign(key=self.key, device_id=self.device_id, method=method, path=path, body=body, now=now)

    def post(self, what: str, body: bytes, headers: dict[str, str] | None = None):
        path = f"/api/agent/v1/{what}"
        return self.client.post(
            path, body, content_type="application/json", headers=headers or self.headers("POST", path, body)
        )

    def send(self, *events: dict[str, Any]):
        return self.post("events", json.dumps({"wire_version": 1, "events": events}).encode())

    def beat(self, **more: Any):
        document = {
            "machine": MACHINE,
            "sent_at": (datetime.now(UTC) + self.off).isoformat(),
            "spooled": 0,
            "watched": ["/home"],
            "quarantined": 0,
        }
        return self.post("heartbeat", json.dumps(document | more).encode())

    def ask(self, query: str = ""):
        path = f"/api/agent/v1/commands{query}"
        return self.client.get(path, headers=self.headers("GET", path, b""))


def enrol(token: str, key: Ed25519PrivateKey | None = None, **machine: str):
    body = {
        "token": token,
        "public_key": public_key(key or Ed25519PrivateKey.generate()),
        "machine": MACHINE | machine,
    }
    return Client().post("/api/agent/v1/enrol", json.dumps(body), content_type="application/json")


@pytest.fixture
def make_agent(cast):
    """Enrol another agent, through the API."""

    def make(company: Organisation | None = None, label: str = "経理PC-02") -> FakeAgent:
        key = Ed25519PrivateKey.generate()
        actor = cast.actor(Role.OWNER, company or cast.company)
        answer = enrol(make_enrolment_token(actor=actor, label=label), key)
        assert answer.status_code == 201, answer.content
        return FakeAgent(UUID(answer.json()["device_id"]), key)

    return make


@pytest.fixture
def agent(make_agent: Callable[..., FakeAgent]) -> FakeAgent:
    """An agent of the first company."""
    return make_agent()


def found(pattern: str, page: str) -> str:
    """Return what the group of `pattern` catches in `page`, as a browser would read it."""
    match = re.search(pattern, page)
    assert match is not None, f"{pattern} is not on the page"
    return match[1].replace("&amp;", "&")
