"""Models in the console: a provider with a key, packages, and agents that say what they use."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django_scopes import scope

from anshin.console.fleet.rollout.models import ModelRelease, Rollout
from anshin.console.fleet.rollout.operations import add_key, start_rollout, upload_release
from anshin.console.people.access import Actor
from anshin.console.people.roles import Role
from tests.console.conftest import Cast
from tests.console.fleet.conftest import FakeAgent
from tests.engine.model_packages import PUBLIC_TEXT, make_package

NOW = datetime.now(UTC)


@dataclass
class Desk:
    """The provider's administrator, with the packages of two versions."""

    cast: Cast
    actor: Actor
    old: ModelRelease
    new: ModelRelease

    def start(self, release: ModelRelease | None = None, *, hours: int = 24, now: datetime | None = None) -> Rollout:
        with scope(organisation=self.cast.provider):
            return start_rollout(actor=self.actor, release=release or self.new, canary_hours=hours, now=now)

    def do(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run an operation in the provider's scope."""
        with scope(organisation=self.cast.provider):
            return act(*args, actor=self.actor, **kwargs)


def put_on(cast: Cast) -> Desk:
    actor = cast.actor(Role.ADMINISTRATOR, cast.provider)
    with scope(organisation=cast.provider):
        add_key(actor=actor, public_key=PUBLIC_TEXT)
        old = upload_release(actor=actor, data=make_package(version="2026.11.1"))
        new = upload_release(actor=actor, data=make_package(version="2026.11.2", above=3.0))
    return Desk(cast, actor, old, new)


@pytest.fixture
def desk(cast) -> Desk:
    """The desk with two uploaded packages."""
    return put_on(cast)


def tell(agent: FakeAgent, *releases: ModelRelease, scores: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Let a device say which models it uses; return what it is to use."""
    used = [{"family": r.family, "version": r.version, "sha256": r.sha256} for r in releases]
    answer = agent.post("models", json.dumps({"in_use": used, "scores": scores}).encode())
    assert answer.status_code == 200, answer.content
    plan: dict[str, Any] = answer.json()
    return plan


def versions(plan: dict[str, Any]) -> list[str]:
    return [f"{one['family']}-{one['version']}" for one in plan["wanted"]]
