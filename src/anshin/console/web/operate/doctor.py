"""`anshin doctor`: everything an installation needs, looked at in one go. Holds no secrets: it may be pasted."""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anshin import __version__
from anshin.console.web.config import SETTINGS, ConfigurationError, Setting, read_config
from anshin.console.web.operate import data_folder
from anshin.console.web.operate.check import Check
from anshin.console.web.operate.words import gettext as _

BACKUP_OLD_SECONDS = 8 * 86400.0
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this program was written is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """All checks, and every setting with where its value comes from."""

    checks: tuple[Check, ...]
    settings: tuple[tuple[str, str, str], ...]  # name, value shown, source

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return all(check.ok for check in self.checks)

    def document(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "ok": self.ok,
            "checks": {c.name: {"ok": c.ok, **c.facts, **({} if c.ok else {"mend": c.mend})} for c in self.checks},
            "settings": {name: {"value": value, "source": source} for name, value, source in self.settings},
        }

    def text(self) -> str:
        """Return everything as lines for a person."""
        lines = []
        for check in self.checks:
            facts = "  ".join(f"{key}={value}" for key, value in check.facts.items())
            lines.append(f"{'ok  ' if check.ok else 'MEND'}  {check.name:<12} {facts}")
            if not check.ok and check.mend:
                lines.append(f"      → {_(check.mend)}")
        lines += ["", _("Settings")]
        lines += [f"      {name:<28} {value or '-':<32} {source}" for name, value, source in self.settings]
        return "\n".join(lines)


def examine(folder: Path, *, now: datetime | None = None) -> Finding:
    """Look at the installation in `folder`, which need not be in order for this to work."""
    now = now or datetime.now(UTC)
    shown = tuple(_settings(folder))
    checks = [*_machine(now), _folder(folder)]
    if (folder / "secrets").is_dir():
        checks.append(_secrets(folder))
        os.environ["ANSHIN_DATA"] = str(folder)
        if (folder / data_folder.DEMO_MARK).exists():
            os.environ.setdefault("ANSHIN_DEMO", "1")
    try:
        read_config()
    except ConfigurationError as error:
        checks.append(Check("settings", ok=False, facts={"error": str(error)}, mend="Correct the setting."))
    else:
        checks.append(Check("settings", ok=True))
        checks += _installation(folder, now)
    checks.append(_jail())
    return Finding(tuple(checks), shown)


def _machine(now: datetime) -> Iterator[Check]:
    yield Check("version", ok=True, facts={"anshin": __version__})
    yield Check(
        "python",
        ok=sys.version_info >= (3, 11),
        facts={"version": platform.python_version(), "system": platform.system(), "machine": platform.machine()},
        mend="Install Python 3.11 or newer.",
    )
    yield Check(
        "time",
        ok=now >= EARLIEST,
        facts={"utc": now.isoformat(timespec="seconds"), "zone": time.strftime("%Z")},
        mend="Set this machine's clock, and let it be kept by NTP.",
    )


def _folder(folder: Path) -> Check:
    there, writable = folder.is_dir(), os.access(folder, os.W_OK)
    private = there and data_folder.is_private(folder)
    return Check(
        "data folder",
        ok=private and writable,
        facts={"exists": there, "private": private, "writable": writable},
        mend="Make it with `anshin up`; if it is there, give it to the user Anshin runs as, with rights 0700.",
    )


def _secrets(folder: Path) -> Check:
    missing = [name for name in data_folder.SECRETS if not (folder / "secrets" / name).exists()]
    loose = sorted(p.name for p in (folder / "secrets").iterdir() if p.is_file() and not data_folder.is_private(p))
    return Check(
        "secrets",
        ok=not missing and not loose,
        facts={"missing": missing, "readable_by_others": loose},
        mend="Give every file in secrets/ the rights 0600; `anshin up` makes what is missing.",
    )


def _installation(folder: Path, now: datetime) -> list[Check]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
    import django

    try:
        django.setup()
    except Exception as error:  # noqa: BLE001 - a doctor must live through whatever ails the patient
        return [Check("start", ok=False, facts={"error": type(error).__name__}, mend="Install Anshin anew.")]
    from anshin.console.web.operate import checks

    if not _has_database(folder):
        return [
            Check("database", ok=False, facts={"exists": False}, mend="Start Anshin with `anshin up`; it makes one.")
        ]
    found = [check for check in checks.readiness(now=now) if check.name != "disk"]
    found.append(checks.disk(folder if folder.is_dir() else Path.cwd()))
    looked: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("dead events", lambda: _dead(now)),
        ("integrity", _integrity),
        ("mail", _mail),
        ("backup", lambda: _backup(folder, now)),
    )
    for name, look in looked:
        try:
            found.append(look())
        except Exception as error:  # noqa: BLE001 - as above; each check stands alone
            found.append(Check(name, ok=False, facts={"error": type(error).__name__}))
    return found


def _has_database(folder: Path) -> bool:
    from django.db import connection

    return connection.vendor != "sqlite" or (folder / "anshin.sqlite3").exists()


def _dead(now: datetime) -> Check:
    from anshin.console.loop.operations import state

    dead = state(now=now).dead
    return Check(
        "dead events",
        ok=dead == 0,
        facts={"count": dead},
        mend="A handler fails again and again: see the worker's log.",
    )


def _integrity() -> Check:
    from django.db import connection

    if connection.vendor != "sqlite":
        connection.ensure_connection()
        return Check("integrity", ok=True, facts={"server": connection.cursor().connection.info.server_version})
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        whole = cursor.execute("PRAGMA quick_check").fetchone()[0]
    return Check(
        "integrity",
        ok=mode == "wal" and whole == "ok",
        facts={"journal": mode, "quick_check": "ok" if whole == "ok" else "damaged"},
        mend="Stop Anshin and restore the last backup into an empty folder.",
    )


def _mail() -> Check:
    from anshin.console.web.models import Installation

    row = Installation.objects.first()
    return Check(
        "mail", ok=True, facts={"set": bool(row and row.mail_host), "tested": bool(row and row.mail_tested_at)}
    )


def _backup(folder: Path, now: datetime) -> Check:
    from django.conf import settings

    from anshin.console.web.operate.backup import last_backup_at

    last = last_backup_at(folder)
    age = None if last is None else (now - last).total_seconds()
    return Check(
        "backup",
        ok=settings.CONFIG.demo or (age is not None and age <= BACKUP_OLD_SECONDS),
        facts={"age_hours": None if age is None else round(age / 3600, 1)},
        mend="Make one with `anshin backup`, and let cron or a timer do so every night.",
    )


def _jail() -> Check:
    try:
        from anshin.engine.service import Engine

        with Engine() as engine:
            walls = engine.jail_report().as_dict()
    except Exception as error:  # noqa: BLE001 - as above
        return Check("jail", ok=False, facts={"error": type(error).__name__}, mend="Files cannot be judged here.")
    return Check("jail", ok=bool(walls["separate_process"]), facts=walls, mend="Files are judged without a jail here.")


def _settings(folder: Path) -> Iterator[tuple[str, str, str]]:
    for setting in SETTINGS:
        yield setting.name, *_shown(setting, folder)


def _shown(setting: Setting, folder: Path) -> tuple[str, str]:
    if setting.secret:
        if os.environ.get(f"{setting.name}_FILE", ""):
            return "(secret)", f"{setting.name}_FILE"
        own = folder / "secrets" / setting.name.removeprefix("ANSHIN_").lower().replace("_", "-")
        return ("(secret)", f"secrets/{own.name}") if own.exists() else ("", "default")
    if setting.name == "ANSHIN_DATA":
        return str(folder), "environment" if os.environ.get("ANSHIN_DATA") else "command"
    value = os.environ.get(setting.name, "")
    if not value:
        return setting.default, "default"
    return (_without_password(value) if "://" in value else value), "environment"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":…@", 1)
