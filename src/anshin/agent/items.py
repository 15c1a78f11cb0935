"""The quarantine index: which file is where, in which state, and what was done with it."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from anshin.agent.store import Store
from anshin.agent.system.base import Metadata
from anshin.wire.documents import AgentEvent, Quarantined


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore set out to do, journalled before it begins."""

    event_id: UUID
    reason: str
    who: str
    folder: bytes  # where to
    command_id: UUID | None = None

    def to_json(self) -> str:
        """Return a text for the index."""
        command = str(self.command_id) if self.command_id else ""
        return json.dumps([str(self.event_id), self.reason, self.who, self.folder.hex(), command])

    @classmethod
    def from_json(cls, text: str) -> "RestorePlan":
        """Read what `to_json` wrote."""
        event_id, reason, who, folder, command = json.loads(text)
        return cls(UUID(event_id), reason, who, bytes.fromhex(folder), UUID(command) if command else None)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the index."""

    id: UUID
    state: str
    path: bytes
    sha256: str
    size: int
    dev: int
    inode: int
    metadata: Metadata
    wrapped_key: bytes
    event: AgentEvent
    created_at: float
    restore: RestorePlan | None
    target: bytes | None
    target_file: tuple[int, int] | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> "Item":
        """Read a row."""
        target_file = None if row["target_inode"] is None else (row["target_dev"], row["target_inode"])
        return cls(
            id=UUID(row["id"]),
            state=row["state"],
            path=row["path"],
            sha256=row["sha256"],
            size=row["size"],
            dev=row["dev"],
            inode=row["inode"],
            metadata=Metadata.from_json(row["metadata"]),
            wrapped_key=row["wrapped_key"],
            event=AgentEvent.model_validate_json(row["event"]),
            created_at=row["created_at"],
            restore=RestorePlan.from_json(row["restore"]) if row["restore"] else None,
            target=row["target"],
            target_file=target_file,
        )

    def quarantined(self) -> Quarantined:
        """Return what an event says of the item."""
        said = self.event.quarantine
        original = said.original_path if said else ""
        return Quarantined(item_id=self.id, original_path=original, size=self.size, sha256=self.sha256)


def blob_path(blobs: Path, item_id: UUID) -> Path:
    """Return where the sealed copy of an item lies."""
    return blobs / f"{item_id}.blob"


def part_path(blobs: Path, item_id: UUID) -> Path:
    """Return where a sealed copy grows before it is whole."""
    return blobs / f"{item_id}.part"


def find(store: Store, item_id: UUID) -> Item | None:
    """Return an item, or None when there is none with this id."""
    found = store.rows("SELECT * FROM items WHERE id=?", str(item_id))
    return Item.of(found[0]) if found else None


def in_state(store: Store, *states: str) -> list[Item]:
    """Return the items in these states, oldest first."""
    found: list[Item] = []
    for state in states:
        found += [Item.of(row) for row in store.rows("SELECT * FROM items WHERE state=?", state)]
    return sorted(found, key=lambda item: (item.created_at, str(item.id)))


def held_count(store: Store) -> int:
    """Return how many files are in quarantine now."""
    return store.count("SELECT count(*) FROM items WHERE state IN ('held', 'restoring')")
