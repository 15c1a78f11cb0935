"""Where the agent keeps its things, and the settings that enrolment writes."""

import ipaddress
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anshin.agent.errors import AgentError, NotEnrolled
from anshin.agent.system.atomic import write_private

STATE_ENV = "ANSHIN_AGENT_STATE"


class AgentConfig(BaseModel):
    """`agent.json` in the state folder. A person may edit the watched folders and the intervals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    console: str
    device_id: UUID
    organisation: str = ""
    watch: tuple[str, ...] = ()
    ca_file: str = ""  # PEM file of the certificate authority, where the system does not know it
    heartbeat_seconds: float = Field(default=30, ge=1, le=3600)
    poll_seconds: float = Field(default=2, ge=0.2, le=3600)
    rescan_seconds: float = Field(default=3600, ge=60, le=86400 * 7)  # safety net under the file events


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The names of everything below the state folder."""

    root: Path

    @property
    def config(self) -> Path:
        """Settings, written by enrolment."""
        return self.root / "agent.json"

    @property
    def device_key(self) -> Path:
        """Ed25519 private key, raw 32 bytes."""
        return self.root / "device.key"

    @property
    def master_key(self) -> Path:
        """AES-256 key that wraps the key of each quarantined file."""
        return self.root / "master.key"

    @property
    def database(self) -> Path:
        """Spool, dead letters, quarantine index, commands, settings."""
        return self.root / "agent.sqlite3"

    @property
    def cache(self) -> Path:
        """Files already judged; may be deleted at any time."""
        return self.root / "seen.sqlite3"

    @property
    def blobs(self) -> Path:
        """Encrypted copies of quarantined files."""
        return self.root / "quarantine"

    @property
    def rules(self) -> Path:
        """The owner's own YARA rules; changes are taken over within seconds."""
        return self.root / "rules"

    @property
    def models(self) -> Path:
        """Learned models that came from the console, the choices about them, and the keys they are checked with."""
        return self.root / "models"

    @property
    def run_lock(self) -> Path:
        """Held by the one running agent."""
        return self.root / "agent.lock"

    @property
    def restore_lock(self) -> Path:
        """Held while one file is put back, by whichever process does it."""
        return self.root / "restore.lock"

    def prepare(self) -> None:
        """Create the folders, readable for the owner only."""
        for folder in (self.root, self.blobs, self.rules):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)


def default_state() -> Path:
    """Return the state folder: ANSHIN_AGENT_STATE, else the system's place for a service or for this person."""
    chosen = os.environ.get(STATE_ENV)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "anshin-agent"
    if os.geteuid() == 0:
        return Path("/var/lib/anshin-agent")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "anshin-agent"
    return Path(os.environ.get("XDG_STATE_HOME", str(Path.home() / ".local" / "state"))) / "anshin-agent"


def default_watch() -> tuple[str, ...]:
    """Return what is watched when nobody says: everybody's home as root, else one's own."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return ("/Users",) if sys.platform == "darwin" else ("/home", "/root")
    return (str(Path.home()),)


def load_config(folder: StateFolder) -> AgentConfig:
    """Read agent.json. Raises NotEnrolled when there is none and AgentError when it is not valid."""
    try:
        text = folder.config.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotEnrolled("not_enrolled", folder=folder.root) from error
    try:
        return AgentConfig.model_validate_json(text)
    except ValidationError as error:
        raise AgentError("config_invalid", path=folder.config, detail=error.errors()[0]["msg"]) from error


def save_config(folder: StateFolder, config: AgentConfig) -> None:
    """Write agent.json in one step, readable for the owner only."""
    write_private(folder.config, config.model_dump_json(indent=2).encode() + b"\n")


def check_console(url: str) -> str:
    """Return the console's address without a trailing slash. Raises AgentError unless it is https or this computer.

    The one-time token travels in the request, so plain http to another computer is refused.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise AgentError("console_url_invalid", url=url)
    if parts.scheme == "http" and not is_loopback(url):
        raise AgentError("console_url_plain", url=url)
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Return whether the address names this very computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
