"""The wire documents: what travels comes back the same, what is not agreed is refused, and all of it is documented."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from anshin.wire.documents import AgentEvent, CommandKind, EnrolRequest, EventKind, EventUpload, HeartbeatReply, Machine

DOCS = Path(__file__).parents[2] / "docs" / "reference"
EVENT = {
    "id": "0192aabb-0000-7000-8000-000000000001",
    "sequence": 1,
    "kind": "agent.started",
    "occurred_at": "2026-11-24T00:00:00Z",
}


def test_an_event_survives_the_journey() -> None:
    event = AgentEvent.model_validate(EVENT)
    assert AgentEvent.model_validate_json(event.model_dump_json()) == event
    assert event.id == UUID(str(EVENT["id"]))


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 0},
        {"kind": "agent.dances"},
        {"occurred_at": "2026-11-24T00:00:00"},  # without a time zone nobody knows when that was
        {"surprise": 1},
        {"path": "x" * 4097},
        {"files_scanned": -1},
    ],
)
def test_what_is_not_agreed_is_refused(change: dict[str, object]) -> None:
    AgentEvent.model_validate(EVENT)
    with pytest.raises(ValidationError):
        AgentEvent.model_validate({**EVENT, **change})


def test_uploads_are_bounded() -> None:
    assert EventUpload.model_validate({"events": [EVENT] * 200})
    for events in ([], [EVENT] * 201):
        with pytest.raises(ValidationError):
            EventUpload.model_validate({"events": events})


def test_documents_are_frozen() -> None:
    reply = HeartbeatReply(server_time=datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(ValidationError):
        reply.protection = "watch"  # type: ignore[misc]


@pytest.mark.parametrize("key", ["", "A" * 43, "A" * 44, "*" * 43 + "="])
def test_public_keys_have_exactly_32_bytes(key: str) -> None:
    machine = Machine(hostname="h", os="o", arch="a", agent_version="1", engine_version="1", rules_version="1")
    assert EnrolRequest(token="t" * 20, public_key="A" * 43 + "=", machine=machine)
    with pytest.raises(ValidationError):
        EnrolRequest(token="t" * 20, public_key=key, machine=machine)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_kind_stands_in_the_reference(language: str) -> None:
    text = (DOCS / f"agent.{language}.md").read_text(encoding="utf-8")
    missing = [kind.value for kind in (*EventKind, *CommandKind) if f"`{kind.value}`" not in text]
    assert missing == []


def test_the_form_of_an_event_is_fixed() -> None:
    """A change here breaks agents in the field: raise the wire version instead of editing this list."""
    assert set(json.loads(AgentEvent.model_validate(EVENT).model_dump_json())) == {
        "id", "sequence", "kind", "occurred_at", "clock_offset_seconds", "path", "user", "verdict", "quarantine",
        "command_id", "reason", "error_ja", "error_en", "files_scanned",
    }  # fmt: skip
