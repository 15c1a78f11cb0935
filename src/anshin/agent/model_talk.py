"""The talk about models: tells the console what judges here, and fetches what it wants, piece by piece."""

import logging
from dataclasses import dataclass, field

from anshin.agent.errors import AgentError, ConsoleRefused
from anshin.agent.judge import Judge
from anshin.agent.link import ConsoleLink
from anshin.agent.model_scores import ScoreBook
from anshin.agent.model_store import ModelStore
from anshin.engine.errors import ModelError
from anshin.wire.models import PART_BYTES, ModelInUse, ModelRefusal, ModelReport, WantedModel

_log = logging.getLogger("anshin.agent.models")
_EVERY = 2
"""One exchange in so many heartbeats."""
_MOST_PARTS = 16
"""Pieces fetched in one go, so that events and commands are not kept waiting; the rest comes with the next exchange."""


@dataclass(slots=True)
class ModelDesk:
    """Everything that the exchange needs. For one thread."""

    link: ConsoleLink
    store: ModelStore
    engine: Judge
    scores: ScoreBook
    _beats: int = field(default=0)

    def beat(self) -> None:
        """Count a heartbeat that was answered, and do the exchange when its turn has come. Never raises."""
        self._beats += 1
        if self._beats % _EVERY == 1:
            self.exchange()

    def exchange(self) -> None:
        """Report, take over what is wanted, fetch, check, switch. What fails is tried again at the next turn."""
        try:
            self.note_scores()
            self.store.switch(self.engine)  # a person may have pinned something meanwhile
            before = self.report()
            plan = self.link.models(before)
            self.store.trust_first(plan.keys)
            self.store.want(plan.wanted)
            budget = _MOST_PARTS
            for wanted in self.store.missing():
                budget -= self._fetch(wanted, budget)
            self.store.switch(self.engine)
            now = self.report()
            if (now.in_use, now.refused) != (before.in_use, before.refused):
                self.link.models(now)
        except ConsoleRefused as refused:
            if refused.status != 404:  # a console of before models
                _log.warning("the talk about models failed: %s", refused.en)
        except (AgentError, OSError) as error:
            _log.info("the talk about models will be tried again: %s", error)

    def note_scores(self) -> None:
        """Write down what the engine has counted. Raises OSError."""
        self.scores.add(self.engine.take_scores(), now=self.link.now())

    def report(self) -> ModelReport:
        """Return what judges on this device."""
        choices = self.store.choices()
        rows = [row for row in self.store.rows() if row.in_use]
        return ModelReport(
            in_use=tuple(
                ModelInUse(family=r.family, version=r.version, sha256=r.sha256, pinned=r.pinned) for r in rows
            ),
            refused=tuple(
                ModelRefusal(
                    family=one.family,
                    version=one.version,
                    sha256=sha256,
                    code=one.code,
                    ja=ModelError(one.code).ja,
                    en=ModelError(one.code).en,
                )
                for sha256, one in choices.refused.items()
            ),
            scores=self.scores.totals(),
        )

    def _fetch(self, wanted: WantedModel, parts: int) -> int:
        """Fetch up to `parts` pieces and check the package once it is whole; return how many were fetched."""
        fetched = 0
        while (have := self.store.received(wanted)) < wanted.size:
            if fetched >= parts:
                return fetched
            data = self.link.model_part(wanted.sha256, have)
            self.store.add(wanted, have, data[:PART_BYTES])
            fetched += 1
        if self.store.finish(wanted):
            _log.info("the model %s-%s has arrived", wanted.family, wanted.version)
        return fetched
