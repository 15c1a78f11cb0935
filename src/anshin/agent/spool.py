"""The durable queue of events: in order, without gaps, deleted only when the console has them."""

from collections.abc import Sequence
from uuid import UUID

from anshin.agent.sentences import sentence
from anshin.agent.store import Store
from anshin.engine.verdict import Gap, Verdict
from anshin.wire.documents import MAX_BODY_BYTES, MAX_EVENTS, AgentEvent, EventReceipt

_ENVELOPE = b'{"wire_version":1,"events":[', b"]}"
_LARGEST_EVENT = MAX_BODY_BYTES - 4096  # room for the envelope and for a proxy that counts headers
_REASONS_KEPT = 20


class Batch:
    """One upload: its body and the ids in it."""

    def __init__(self, bodies: Sequence[str], ids: Sequence[UUID]) -> None:
        self.ids = tuple(ids)
        self.body = _ENVELOPE[0] + b",".join(text.encode() for text in bodies) + _ENVELOPE[1]


class Spool:
    """Events that the console does not have yet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, event: AgentEvent) -> AgentEvent:
        """Store an event durably and give it the next sequence number; joins a transaction that is under way.

        An event too large for any upload loses its verdict's archive members, and says so in a gap.
        """
        with self._store.transaction() as db:
            added = db.execute("INSERT INTO spool (id, body) VALUES (?, '')", (str(event.id),))
            numbered = fit(event.model_copy(update={"sequence": added.lastrowid}))
            db.execute("UPDATE spool SET body=? WHERE sequence=?", (numbered.model_dump_json(), added.lastrowid))
        return numbered

    def add_once(self, event: AgentEvent, *, path: bytes, state: str) -> bool:
        """Store an event unless this kind was already reported of this state of this file. Returns whether it was."""
        with self._store.transaction() as db:
            said = db.execute("SELECT state FROM reported WHERE path=? AND kind=?", (path, event.kind)).fetchone()
            if said is not None and said[0] == state:
                return False
            db.execute("INSERT OR REPLACE INTO reported VALUES (?, ?, ?)", (path, event.kind, state))
            self.add(event)
        return True

    def size(self) -> int:
        """Return how many events wait."""
        return self._store.count("SELECT count(*) FROM spool")

    def batch(self, *, max_events: int = MAX_EVENTS) -> Batch | None:
        """Return the oldest events that fit into one upload, or None when nothing waits."""
        found = self._store.rows("SELECT id, body FROM spool ORDER BY sequence LIMIT ?", min(max_events, MAX_EVENTS))
        bodies: list[str] = []
        room = MAX_BODY_BYTES - len(_ENVELOPE[0]) - len(_ENVELOPE[1])
        for row in found:
            room -= len(row["body"].encode()) + 1
            if room < 0 and bodies:
                break
            bodies.append(row["body"])
        if not bodies:
            return None
        return Batch(bodies, [UUID(row["id"]) for row in found[: len(bodies)]])

    def settle(self, batch: Batch, receipt: EventReceipt, *, now: float) -> int:
        """Delete what the console has, set aside what it refused, and return how many left the spool.

        Only ids of this very batch count: a receipt can never delete what was not sent.
        """
        sent = set(batch.ids)
        with self._store.transaction() as db:
            before = self.size()
            for refusal in receipt.refused:
                if refusal.id in sent and refusal.id not in receipt.stored:
                    self._set_aside(refusal.id, refusal.code, refusal.message, now=now)
            for stored in receipt.stored:
                if stored in sent:
                    db.execute("DELETE FROM spool WHERE id=?", (str(stored),))
            return before - self.size()

    def set_aside(self, batch: Batch, *, code: str, message: str, now: float) -> None:
        """Move a whole batch to the dead letters, because the console will never take it."""
        with self._store.transaction():
            for event_id in batch.ids:
                self._set_aside(event_id, code, message, now=now)

    def _set_aside(self, event_id: UUID, code: str, message: str, *, now: float) -> None:
        with self._store.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO dead_letters SELECT id, sequence, body, ?, ?, ? FROM spool WHERE id=?",
                (code, message, now, str(event_id)),
            )
            db.execute("DELETE FROM spool WHERE id=?", (str(event_id),))

    def dead_letters(self) -> list[dict[str, str | int | float]]:
        """Return what the console refused for good, oldest first."""
        found = self._store.rows("SELECT id, sequence, code, message, refused_at FROM dead_letters ORDER BY sequence")
        return [dict(row) for row in found]


def fit(event: AgentEvent) -> AgentEvent:
    """Return the event small enough for one upload: members go first, then all but the heaviest reasons."""
    if event.verdict is None or _length(event) <= _LARGEST_EVENT:
        return event
    said = sentence("verdict_shortened")
    gap = Gap(code="size", ja=said.ja, en=said.en)
    verdict: Verdict = event.verdict.model_copy(update={"children": (), "gaps": (*event.verdict.gaps, gap)})
    shorter = event.model_copy(update={"verdict": verdict})
    if _length(shorter) > _LARGEST_EVENT:
        kept = {"reasons": verdict.reasons[:_REASONS_KEPT], "gaps": (*verdict.gaps[: _REASONS_KEPT - 1], gap)}
        shorter = event.model_copy(update={"verdict": verdict.model_copy(update=kept)})
    if _length(shorter) > _LARGEST_EVENT:
        bare = {"reasons": (), "gaps": (gap,)}
        shorter = event.model_copy(update={"verdict": verdict.model_copy(update=bare)})
    return shorter


def _length(event: AgentEvent) -> int:
    return len(event.model_dump_json().encode())
