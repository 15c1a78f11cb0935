"""Enrolment: a one-time token becomes a device identity. The private key is made here and never leaves."""

import os
from collections.abc import Sequence
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from anshin.agent import link
from anshin.agent.config import AgentConfig, StateFolder, check_console, default_watch, save_config
from anshin.agent.errors import AgentError, Conflict
from anshin.agent.keys import public_key_text
from anshin.agent.machine import describe
from anshin.agent.model_store import ModelStore
from anshin.agent.system.atomic import sync_folder, write_private
from anshin.agent.system.locks import Locked, lock
from anshin.engine.verdict import Versions
from anshin.wire.documents import EnrolRequest


def resolve_watch(folders: Sequence[str]) -> tuple[str, ...]:
    """Return the folders as real paths, so that no link stands in them. Raises AgentError when one is none."""
    found = []
    for folder in folders:
        real = os.path.realpath(folder)
        if not Path(real).is_dir():
            raise AgentError("watch_not_a_folder", path=folder)
        try:
            real.encode("utf-8")
        except UnicodeEncodeError as error:
            raise AgentError("watch_name_not_text", path=os.fsencode(real)) from error
        found.append(real)
    return tuple(dict.fromkeys(found))


def enrol_device(
    folder: StateFolder,
    *,
    console: str,
    token: str,
    versions: Versions,
    watch: Sequence[str] = (),
    ca_file: str = "",
    replace: bool = False,
    client: httpx.Client | None = None,
) -> AgentConfig:
    """Enrol this computer and write its settings.

    Raises Conflict when it is enrolled already (unless `replace`) or when the agent runs, AgentError for a bad address,
    token or folder, ConsoleRefused and ConsoleUnreachable. Nothing of an older identity is touched until the console
    has accepted the new one.
    """
    console = check_console(console)
    folder.prepare()
    try:
        with lock(folder.run_lock, wait_seconds=0.5):
            if folder.config.exists() and not replace:
                raise Conflict("already_enrolled", console=_console_of(folder))
            folders = resolve_watch(watch) if watch else tuple(f for f in default_watch() if Path(f).is_dir())
            key = Ed25519PrivateKey.generate()
            try:
                request = EnrolRequest(token=token, public_key=public_key_text(key), machine=describe(versions))
            except ValidationError:
                raise AgentError("token_invalid") from None  # the cause would quote the token
            # The new key is on the disk before the console knows it: no accepted identity can be lost to a power cut.
            pending = folder.device_key.with_suffix(".pending")
            write_private(pending, key.private_bytes_raw())
            own = client or link.http_client(console, ca_file=ca_file)
            try:
                answer = link.enrol(own, console, request)
            except BaseException:
                pending.unlink(missing_ok=True)
                raise
            finally:
                if client is None:
                    own.close()
            config = AgentConfig(
                console=console,
                device_id=answer.device_id,
                organisation=answer.organisation,
                watch=folders,
                ca_file=ca_file,
            )
            pending.replace(folder.device_key)
            sync_folder(folder.root)
            save_config(folder, config)
            ModelStore(folder.models, ()).forget_console()
            return config
    except Locked as error:
        raise Conflict("already_running", folder=folder.root) from error


def _console_of(folder: StateFolder) -> str:
    try:
        return AgentConfig.model_validate_json(folder.config.read_text(encoding="utf-8")).console
    except ValidationError:
        return str(folder.config)
