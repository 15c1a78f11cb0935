"""Every setting of the console: name, default, meaning, and the one way to read it from the environment.

The reference documentation is generated from `SETTINGS`, and a test fails when a setting is not in it.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from anshin.console.web.operate.data_folder import DEMO_MARK


class ConfigurationError(ValueError):
    """A setting has a value that cannot be used. The message says which, why, and what would do."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable the console reads."""

    name: str
    default: str
    ja: str
    en: str
    secret: bool = False  # then `<name>_FILE` is read, never the value itself


SETTINGS: tuple[Setting, ...] = (
    Setting("ANSHIN_DATA", "", "データを置くフォルダー", "Folder for the database, secrets and uploads"),
    Setting(
        "ANSHIN_SECRET_KEY",
        "",
        "署名と封印の鍵(ファイルで渡す)。空ならデータフォルダーの secrets/secret-key",
        "Key that signs and seals, one per line with the newest first, read from the file that ANSHIN_SECRET_KEY_FILE "
        "names; empty means secrets/secret-key in the data folder",
        secret=True,
    ),
    Setting(
        "ANSHIN_DATABASE_URL",
        "",
        "PostgreSQLを使うときの接続先。空ならSQLite",
        "postgresql://user@host/name to use PostgreSQL; empty means SQLite in the data folder",
    ),
    Setting(
        "ANSHIN_DATABASE_PASSWORD",
        "",
        "データベースのパスワード(ファイルで渡す)",
        "Database password, read from the file that ANSHIN_DATABASE_PASSWORD_FILE names",
        secret=True,
    ),
    Setting(
        "ANSHIN_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "利用者が開くアドレス",
        "The address people open; its host is allowed, and links in mails start with it",
    ),
    Setting("ANSHIN_DEMO", "0", "デモの表示と見本データ", "1 marks a demonstration with sample data"),
    Setting("ANSHIN_DEBUG", "0", "開発用の詳しいエラー表示", "1 shows developers' error pages; never on a real server"),
    Setting(
        "ANSHIN_REQUIRE_MFA",
        "staff",
        "二要素認証を求める相手: none / staff / all",
        "Who must have a second factor: none, staff (provider's people) or all",
    ),
    Setting("ANSHIN_LOG_FORMAT", "json", "ログの形: json / human", "json or human log lines on standard error"),
    Setting(
        "ANSHIN_METRICS_KEY",
        "",
        "/metrics を読むための鍵(ファイルで渡す)",
        "Key that /metrics asks for, read from the file that ANSHIN_METRICS_KEY_FILE names",
        secret=True,
    ),
    Setting(
        "ANSHIN_BACKUP_PASSPHRASE",
        "",
        "秘密情報を含むバックアップの合言葉(ファイルで渡す)",
        "Passphrase for backups with secrets, read from the file that ANSHIN_BACKUP_PASSPHRASE_FILE names",
        secret=True,
    ),
    Setting(
        "ANSHIN_MODEL_CANARY_HOURS",
        "24",
        "新しい学習モデルを、先に試す端末だけに置いておく時間",
        "Hours a new learned model stays on the canary devices before all devices get it",
    ),
    Setting(
        "ANSHIN_MODEL_ALARM_FACTOR",
        "3",
        "モデルによる検知が、配る前の14日間の何倍になったら自動で前のモデルに戻すか（端末1台1日あたり）",
        "From which multiple of the detections before (14 days, a device and day) a model is taken back by itself",
    ),
    Setting(
        "ANSHIN_MODEL_ALARM_MINIMUM",
        "5",
        "自動で前のモデルに戻すのに必要な、新しいモデルによる検知の数",
        "How many detections by a new model there must be before it is taken back by itself",
    ),
    Setting(
        "ANSHIN_TRUSTED_PROXIES",
        "0",
        "前に立つリバースプロキシの数",
        "How many reverse proxies stand in front, so that the caller's address is read from the right place",
    ),
    Setting(
        "ANSHIN_OUTSIDE_RESOLVER",
        "",
        "診断のために会社のドメインを外から確かめるときの、DNS over HTTPS(JSON)のアドレス。空なら確かめない",
        "Address of a DNS-over-HTTPS service that answers JSON, to look at companies' own domains from outside for the "
        "diagnosis; empty means off",
    ),
)


def _read_secret(environ: Mapping[str, str], name: str, fallback: Path | None) -> str:
    named = environ.get(f"{name}_FILE", "")
    path = Path(named) if named else fallback
    if path is None or not path.exists():
        if named:
            raise ConfigurationError(
                f"{name}_FILE names {named}, which does not exist. Create it or unset the variable."
            )
        return ""
    return path.read_text(encoding="utf-8").strip()


@dataclass(frozen=True, slots=True)
class Config:
    """The console's settings, read once at start."""

    data: Path | None  # None only in tests and type checks: nothing is then kept on disk
    database_url: str
    database_password: str
    public_url: str
    demo: bool
    debug: bool
    require_mfa: str
    log_format: str
    metrics_key: str
    trusted_proxies: int
    outside_resolver: str
    model_canary_hours: int
    model_alarm_factor: float
    model_alarm_minimum: int
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]

    @property
    def host(self) -> str:
        """Host name people use."""
        return urlsplit(self.public_url).hostname or "127.0.0.1"

    @property
    def https(self) -> bool:
        """Whether people reach the console through TLS."""
        return self.public_url.startswith("https://")


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "0") or "0"
    if value not in {"0", "1"}:
        raise ConfigurationError(f"{name} is {value!r}; it must be 0 or 1.")
    return value == "1"


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name, "") or default
    if value not in allowed:
        raise ConfigurationError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def _https(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if value and not value.startswith("https://"):
        raise ConfigurationError(f"{name} is {value!r}; it must start with https://.")
    return value


def _number(environ: Mapping[str, str], name: str, *, lowest: float, whole: bool = False) -> float:
    text = environ.get(name, "") or next(s.default for s in SETTINGS if s.name == name)
    pattern = r"\d{1,6}" if whole else r"\d{1,6}(\.\d{1,6})?"
    if not re.fullmatch(pattern, text) or float(text) < lowest:
        kind = "whole number" if whole else "number"
        raise ConfigurationError(f"{name} is {text!r}; it must be a {kind} of {lowest:g} or more.")
    return float(text)


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """Read every setting. Raises ConfigurationError naming the setting, the fault and what would do."""
    for setting in SETTINGS:
        if setting.secret and environ.get(setting.name):
            raise ConfigurationError(
                f"{setting.name} holds a secret in the open. Write it into a file and name that in {setting.name}_FILE."
            )
    known = {setting.name for setting in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret}
    # Settings of the agent, the tests and the fault runs share the prefix but are read elsewhere.
    others = ("ANSHIN_TEST_", "ANSHIN_AGENT_", "ANSHIN_ENROL_", "ANSHIN_FAULT_")
    unknown = sorted(n for n in environ if n.startswith("ANSHIN_") and n not in known and not n.startswith(others))
    if unknown:
        raise ConfigurationError(f"Unknown setting {unknown[0]}. `anshin doctor` lists the settings there are.")
    data = Path(environ["ANSHIN_DATA"]).resolve() if environ.get("ANSHIN_DATA") else None
    keys = _read_secret(environ, "ANSHIN_SECRET_KEY", data / "secrets" / "secret-key" if data else None).split()
    if data and not keys:
        raise ConfigurationError(
            f"{data} has no secrets/secret-key. Start with `anshin up --data {data}`, which makes one."
        )
    if not keys:
        keys = [secrets.token_urlsafe(48)]
    proxies = environ.get("ANSHIN_TRUSTED_PROXIES", "0") or "0"
    if not proxies.isdigit():
        raise ConfigurationError(f"ANSHIN_TRUSTED_PROXIES is {proxies!r}; it must be a whole number.")
    public_url = (environ.get("ANSHIN_PUBLIC_URL", "") or "http://127.0.0.1:8000").rstrip("/")
    if not public_url.startswith(("http://", "https://")):
        raise ConfigurationError(f"ANSHIN_PUBLIC_URL is {public_url!r}; it must start with http:// or https://.")
    demo, debug = _flag(environ, "ANSHIN_DEMO"), _flag(environ, "ANSHIN_DEBUG")
    if demo and data and not (data / DEMO_MARK).exists():
        raise ConfigurationError(
            f"ANSHIN_DEMO is 1, but {data} is a real installation: nobody would be asked for a second factor. "
            "Unset it. `anshin up --demo` makes a demonstration in an empty folder."
        )
    if debug and urlsplit(public_url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ConfigurationError(
            f"ANSHIN_DEBUG is 1, but people reach this server at {public_url}: its error pages would show them "
            "settings and data. Unset it."
        )
    return Config(
        data=data,
        database_url=environ.get("ANSHIN_DATABASE_URL", ""),
        database_password=_read_secret(environ, "ANSHIN_DATABASE_PASSWORD", None),
        public_url=public_url,
        demo=demo,
        debug=debug,
        require_mfa=_choice(environ, "ANSHIN_REQUIRE_MFA", "staff", ("none", "staff", "all")),
        log_format=_choice(environ, "ANSHIN_LOG_FORMAT", "json", ("json", "human")),
        metrics_key=_read_secret(environ, "ANSHIN_METRICS_KEY", data / "secrets" / "metrics-key" if data else None),
        trusted_proxies=int(proxies),
        outside_resolver=_https(environ, "ANSHIN_OUTSIDE_RESOLVER"),
        model_canary_hours=int(_number(environ, "ANSHIN_MODEL_CANARY_HOURS", lowest=0, whole=True)),
        model_alarm_factor=_number(environ, "ANSHIN_MODEL_ALARM_FACTOR", lowest=1),
        model_alarm_minimum=int(_number(environ, "ANSHIN_MODEL_ALARM_MINIMUM", lowest=1, whole=True)),
        secret_key=keys[0],
        secret_key_fallbacks=tuple(keys[1:]),
    )


def database_settings(config: Config, url: str) -> dict[str, object]:
    """Return DATABASES["default"] for a PostgreSQL `url`, or for SQLite in the data folder when it is empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(config.data / "anshin.sqlite3") if config.data else ":memory:",
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half-way; an acknowledged event survives a power cut.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ConfigurationError(
            f"The database address must look like postgresql://user@host:5432/name, not {parts.scheme}://…"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": config.database_password or unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
