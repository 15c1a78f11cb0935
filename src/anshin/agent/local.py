"""Restores from the command line: beside a running agent, without the console."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from anshin.agent import items
from anshin.agent.clock import Clock, SystemClock
from anshin.agent.config import StateFolder, load_config
from anshin.agent.errors import AgentError
from anshin.agent.events import EventMaker
from anshin.agent.items import Item
from anshin.agent.keys import ItemKeys
from anshin.agent.restore import Restored, Restorer
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system import this_system


@contextmanager
def _store(folder: StateFolder) -> Iterator[Store]:
    load_config(folder)
    folder.prepare()
    store = Store(folder.database)
    try:
        yield store
    finally:
        store.close()


def quarantined(folder: StateFolder) -> list[Item]:
    """Return what is in quarantine, oldest first. Raises NotEnrolled."""
    with _store(folder) as store:
        return items.in_state(store, "held", "restoring")


def restore(
    folder: StateFolder, item_id: UUID, *, reason: str, to: Path | None = None, clock: Clock | None = None
) -> Restored:
    """Put one file back; the event waits in the spool for the console. Raises what `Restorer.restore` raises."""
    target = None
    if to is not None:
        if not to.is_dir():
            raise AgentError("folder_missing", path=to)
        target = os.fsencode(os.path.realpath(to))
    clock = clock or SystemClock()
    with _store(folder) as store:
        offset = float(store.setting("clock_offset", 0.0))
        restorer = Restorer(
            store=store,
            spool=Spool(store),
            blobs=folder.blobs,
            lock_file=folder.restore_lock,
            keys=ItemKeys(folder.master_key),
            system=this_system(),
            events=EventMaker(clock, lambda: offset),
        )
        return restorer.restore(item_id, reason=reason, who=who_am_i(), now=clock.wall(), folder=target)


def who_am_i() -> str:
    """Return the account of the person at the keyboard, also behind sudo."""
    sudo = os.environ.get("SUDO_USER")
    if sudo:
        return sudo
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
