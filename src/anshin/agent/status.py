"""What a person may know of the agent, running or not: read from its state folder, nothing asked over the network."""

from dataclasses import asdict, dataclass
from typing import Any

from anshin.agent import items
from anshin.agent.clock import moment
from anshin.agent.config import StateFolder, load_config
from anshin.agent.items import Item
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system.locks import is_locked


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """The answer of `anshin agent status`. Times are ISO 8601 in UTC, or empty when there is none."""

    console: str
    organisation: str
    device_id: str
    running: bool
    protection: str
    watched: tuple[str, ...]
    quarantined: int
    spooled: int
    dead_letters: tuple[dict[str, str | int | float], ...]
    last_contact: str
    last_error_ja: str
    last_error_en: str
    clock_offset_seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return a document for `--json`."""
        return asdict(self)


def read_status(folder: StateFolder) -> AgentStatus:
    """Read the state folder. Raises NotEnrolled and AgentError."""
    config = load_config(folder)
    folder.prepare()
    store = Store(folder.database)
    try:
        contact = store.setting("last_contact")
        error = store.setting("last_error", {"ja": "", "en": ""})
        return AgentStatus(
            console=config.console,
            organisation=config.organisation,
            device_id=str(config.device_id),
            running=is_locked(folder.run_lock),
            protection=store.setting("protection", "protect"),
            watched=config.watch,
            quarantined=items.held_count(store),
            spooled=Spool(store).size(),
            dead_letters=tuple(Spool(store).dead_letters()),
            last_contact=moment(contact).isoformat(timespec="seconds") if contact else "",
            last_error_ja=error["ja"],
            last_error_en=error["en"],
            clock_offset_seconds=store.setting("clock_offset", 0.0),
        )
    finally:
        store.close()


def item_document(item: Item) -> dict[str, Any]:
    """Return one quarantined file for a person or for `--json`."""
    verdict = item.event.verdict
    first = verdict.reasons[0] if verdict and verdict.reasons else None
    return {
        "item_id": str(item.id),
        "state": item.state,
        "original_path": item.quarantined().original_path,
        "size": item.size,
        "sha256": item.sha256,
        "quarantined_at": moment(item.created_at).isoformat(timespec="seconds"),
        "reason_ja": first.ja if first else "",
        "reason_en": first.en if first else "",
    }
