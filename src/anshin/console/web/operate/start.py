"""`anshin up`: everything on one machine. Prepares, starts the children, waits until they serve, keeps them running."""

import json
import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from anshin.console.web.operate import data_folder
from anshin.console.web.operate.errors import ConflictError, OperationError
from anshin.console.web.operate.supervisor import Child, Supervisor
from anshin.console.web.operate.words import gettext as _

READY_SECONDS = 90.0
LOOK_SECONDS = 0.1
LINK_MINUTES = 15

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a person needs to come in: the address, and a link that works once."""

    address: str
    link: str
    purpose: str  # "sign-in", "set-up", or "" without a link


@dataclass
class Installation:
    """One installation on this machine, started by `run` until it is asked to stop."""

    folder: Path
    host: str
    port: int
    demo: bool
    say: Say
    skip_backup: bool = False
    give_link: bool = True
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def local_url(self) -> str:
        """Where this machine reaches the server."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask it to end."""
        self._stop.set()

    def run(self, welcome: Callable[[Welcome], None]) -> None:
        """Start everything, call `welcome` once it serves, and keep it running until SIGINT or SIGTERM.

        Raises OperationError, before any child is started, when something is in the way.
        """
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self.stop)
        self.folder = data_folder.prepare(self.folder)
        with data_folder.sole_instance(self.folder):
            require_free_port(self.host, self.port)
            self._set_environment()
            self._prepare_database()
            supervisor = Supervisor(self.say)
            try:
                self._serve(supervisor, welcome)
            finally:
                supervisor.stop()

    def _set_environment(self) -> None:
        mark = self.folder / data_folder.DEMO_MARK
        if mark.exists() and not self.demo:
            self.say(_("This data folder holds a demonstration, so it is started as one."))
            self.demo = True
        os.environ["ANSHIN_DATA"] = str(self.folder)
        url = os.environ.setdefault("ANSHIN_PUBLIC_URL", self.local_url)
        # So that commands run beside it, such as `anshin user link`, print links that lead here.
        data_folder.write_private(self.folder / "run" / data_folder.ADDRESS, url.encode())
        os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
        if mark.exists():
            os.environ["ANSHIN_DEMO"] = "1"
        elif self.demo:
            os.environ.pop("ANSHIN_DEMO", None)  # it is none before its data is loaded

    def _prepare_database(self) -> None:
        import django

        django.setup()
        from django.db import connections

        from anshin.console.web.operate import assets

        try:
            fit_schema(self.folder, say=self.say, skip_backup=self.skip_backup)
            if assets.collect(self.folder):
                self.say(_("Style sheets and scripts collected."))
            if self.demo:
                self._load_demo()
        finally:
            connections.close_all()

    def _load_demo(self) -> None:
        from anshin.console.web.demo.load import is_demonstration, is_empty, load

        mark = self.folder / data_folder.DEMO_MARK
        if not is_empty():
            # Both: the database may be another one than the folder's, by ANSHIN_DATABASE_URL.
            if not mark.exists() or not is_demonstration():
                raise ConflictError(
                    _("{folder} holds a real installation. Name an empty folder for the demonstration.").format(
                        folder=self.folder
                    )
                )
            return
        # The mark comes first: a load that is cut off leaves an empty demonstration, never a real one with samples.
        data_folder.write_private(mark, b"")
        os.environ["ANSHIN_DEMO"] = "1"  # for the children, which start from here on
        load(now=datetime.now(UTC))
        self.say(_("Sample data loaded: one provider, three companies."))

    def _serve(self, supervisor: Supervisor, welcome: Callable[[Welcome], None]) -> None:
        environment = dict(os.environ)
        python = [sys.executable, "-m"]
        where = ["--host", self.host, "--port", str(self.port)]
        supervisor.add(Child(_("web server"), [*python, "anshin.console.web.server", *where], environment, output=2))
        supervisor.add(Child(_("worker"), [*python, "anshin.cli", "worker"], environment, output=2))
        if not self._wait_until_ready(supervisor):
            return
        welcome(make_welcome(with_link=self.give_link, demo=self.demo))
        agent = None
        if self.demo:
            from anshin.console.web.demo.agent import DemoAgent

            agent = DemoAgent(self.folder, self.local_url, self.say)
        while not self._stop.wait(LOOK_SECONDS):
            supervisor.look()
            if agent is not None:
                agent.look(supervisor)
        if agent is not None:
            agent.stop()

    def _wait_until_ready(self, supervisor: Supervisor) -> bool:
        """Return whether the server is ready; False when it was asked to stop. Raises OperationError in the end."""
        deadline = monotonic() + READY_SECONDS
        last: dict[str, Any] = {}
        while not self._stop.wait(LOOK_SECONDS):
            supervisor.look()
            ready, answer = ask_ready(self.local_url)
            if ready:
                return True
            last = answer or last
            if monotonic() > deadline:
                failed = ", ".join(k for k, v in last.get("checks", {}).items() if not v["ok"]) or _("no answer")
                raise OperationError(
                    _("The server is not ready after {seconds:.0f} s: {failed}. `anshin doctor` tells more.").format(
                        seconds=READY_SECONDS, failed=failed
                    )
                )
        return False


def require_free_port(host: str, port: int) -> None:
    """Raise OperationError when `host:port` cannot be listened on."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
            probe.bind(address)
    except OSError as error:
        raise OperationError(
            _("Port {port} on {host} cannot be used: {error}. Name another one with --port.").format(
                port=port, host=host, error=error.strerror or error
            )
        ) from error


def ask_ready(url: str) -> tuple[bool, dict[str, Any]]:
    """Return whether the server at `url` says that it is ready, and what it answered."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as reply:  # noqa: S310 - our own http address
            return reply.status == 200, json.load(reply)
    except urllib.error.HTTPError as refusal:
        try:
            return False, json.load(refusal)
        except ValueError:
            return False, {}
    except (OSError, ValueError):
        return False, {}


def fit_schema(folder: Path, *, say: Say, skip_backup: bool = False) -> None:
    """Bring the database to this version, with a backup before an existing one is changed.

    Raises ConflictError when the database was made by a newer version, and OperationError when the backup fails.
    """
    from anshin.console.web.operate import schema

    found = schema.inspect()
    if found.state is schema.SchemaState.CURRENT:
        return
    if found.state is schema.SchemaState.NEWER:
        raise ConflictError(
            _(
                "The database was made by a newer Anshin (it has {name}). Start that version, or restore a backup "
                "made by this one into an empty folder."
            ).format(name=found.unknown[0])
        )
    if found.state is schema.SchemaState.OLDER and not skip_backup:
        from anshin.console.web.operate.backup import make_backup

        made = make_backup(folder, reason="before-migration")
        say(_("Backup made before the database is changed: {path}").format(path=made.path))
    schema.migrate()
    say(_("Database brought to this version."))


def make_welcome(*, with_link: bool = True, demo: bool = False) -> Welcome:
    """Return the address and a one-time link: for set-up, for an administrator, or in a demonstration for an owner."""
    from django.conf import settings
    from django.db import connections

    from anshin.console.people.models import Membership
    from anshin.console.people.operations import make_sign_in_link
    from anshin.console.people.roles import Role
    from anshin.console.web import setup

    address = f"{settings.CONFIG.public_url}/"
    try:
        if not with_link:
            return Welcome(address, "", "")
        if not setup.is_set_up():
            return Welcome(address, settings.CONFIG.public_url + setup.make_setup_link(), "set-up")
        # A demonstration begins where its users are: with the owner of the first company, whose PC the agent protects.
        role = Role.OWNER if demo else Role.ADMINISTRATOR
        held = Membership.objects.filter(role=role, user__is_active=True)
        first = held.select_related("user").order_by("created_at", "id").first()
        if first is None:
            return Welcome(address, "", "")
        path = make_sign_in_link(user=first.user, minutes=LINK_MINUTES)
        return Welcome(address, settings.CONFIG.public_url + path, "sign-in")
    finally:
        connections.close_all()
