"""Makes wire events out of what happened: ids, times and texts in one place."""

from collections.abc import Callable
from uuid import UUID, uuid4

from anshin.agent.clock import Clock, moment
from anshin.agent.sentences import Sentence
from anshin.agent.text import path_text, short
from anshin.engine.verdict import Verdict
from anshin.wire.documents import AgentEvent, EventKind, Quarantined

NOTHING = Sentence("", "")


class EventMaker:
    """Knows the clock and the last measured offset, so that nobody else needs to."""

    def __init__(self, clock: Clock, offset: Callable[[], float], new_id: Callable[[], UUID] = uuid4) -> None:
        self._clock = clock
        self._offset = offset
        self.new_id = new_id

    def make(
        self,
        kind: EventKind,
        *,
        path: bytes = b"",
        user: str = "",
        verdict: Verdict | None = None,
        quarantine: Quarantined | None = None,
        command_id: UUID | None = None,
        reason: str = "",
        error: Sentence = NOTHING,
        event_id: UUID | None = None,
        files_scanned: int | None = None,
    ) -> AgentEvent:
        """Return an event of now; the spool gives it its sequence number."""
        return AgentEvent(
            id=event_id or self.new_id(),
            sequence=1,
            kind=kind,
            occurred_at=moment(self._clock.wall()),
            clock_offset_seconds=round(self._offset(), 3),
            path=path_text(path),
            user=short(user),
            verdict=verdict,
            quarantine=quarantine,
            command_id=command_id,
            reason=reason[:4096],
            error_ja=error.ja[:4096],
            error_en=error.en[:4096],
            files_scanned=files_scanned,
        )
