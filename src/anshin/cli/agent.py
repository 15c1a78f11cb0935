"""`anshin agent …`: argument parsing and printing only."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from anshin.cli import errors

app = typer.Typer(name="agent", help="The program that protects a PC.", no_args_is_help=True, rich_markup_mode=None)
quarantine = typer.Typer(name="quarantine", help="Blocked files.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(quarantine)

TOKEN_ENV = "ANSHIN_ENROL_TOKEN"  # noqa: S105 - a name, not a secret

_NOT_ALLOWED = {"device_revoked", "device_unknown", "token_unknown", "token_used", "token_expired"}

State = Annotated[Path | None, typer.Option("--state", help="State folder (also ANSHIN_AGENT_STATE).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.")]


def _folder(state: Path | None) -> Any:
    from anshin.agent.config import StateFolder, default_state

    return StateFolder(state if state is not None else default_state())


@contextmanager
def _told() -> Iterator[None]:
    """Turn the agent's errors into the command line's, in the language of the person at the terminal."""
    from anshin.agent import errors as agent_errors
    from anshin.agent.sentences import language

    codes = {
        agent_errors.UnknownItem: errors.NOT_FOUND,
        agent_errors.NotAllowed: errors.NOT_ALLOWED,
        agent_errors.Conflict: errors.CONFLICT,
    }
    try:
        yield
    except agent_errors.AgentError as error:
        exit_code = next((code for kind, code in codes.items() if isinstance(error, kind)), errors.FAILURE)
        code = error.key
        if isinstance(error, agent_errors.ConsoleRefused):
            code = error.code
            exit_code = errors.NOT_ALLOWED if code in _NOT_ALLOWED else errors.FAILURE
        message = error.ja if language() == "ja" else error.en
        raise errors.CliError(message, code=code, exit_code=exit_code) from error


@app.command()
def enrol(
    console: Annotated[str, typer.Option("--console", help="Address of the console, https://…")],
    watch: Annotated[list[str] | None, typer.Option("--watch", help="Folder to watch; may be repeated.")] = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", help="File with the one-time token.")] = None,
    ca_file: Annotated[Path | None, typer.Option("--ca-file", help="PEM file of the console's authority.")] = None,
    state: State = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Give up the present identity.")] = False,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Enrol this computer with a one-time token.

    The token comes from ANSHIN_ENROL_TOKEN, --token-file, standard input or a prompt; never from a flag.
    """
    from anshin.agent.enrol import enrol_device
    from anshin.agent.judge import start_engine
    from anshin.agent.sentences import say

    folder = _folder(state)
    with _told():
        token = _token(token_file, ask=not no_input)
        engine = start_engine()
        try:
            versions = engine.versions()
        finally:
            engine.close()
        config = enrol_device(
            folder,
            console=console,
            token=token,
            versions=versions,
            watch=watch or (),
            ca_file=str(ca_file.resolve()) if ca_file else "",
            replace=replace,
        )
    if as_json:
        answer = {
            "device_id": str(config.device_id),
            "organisation": config.organisation,
            "watched": list(config.watch),
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(say("enrolled", organisation=config.organisation, device=config.device_id))


def _token(token_file: Path | None, *, ask: bool) -> str:
    from anshin.agent.errors import AgentError
    from anshin.agent.sentences import say

    if token_file is not None:
        try:
            token = token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AgentError("token_file_unreadable", path=token_file, cause=error) from error
    elif os.environ.get(TOKEN_ENV):
        token = os.environ[TOKEN_ENV].strip()
    elif sys.stdin.isatty():
        if not ask:
            raise AgentError("token_missing")
        token = str(typer.prompt(say("token_prompt"), hide_input=True, err=True)).strip()
    else:
        token = sys.stdin.readline().strip()
    if not token:
        raise AgentError("token_missing")
    return token


@app.command()
def run(
    state: State = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Scan, send what waits, and end.")] = False,
    log: Annotated[str, typer.Option("--log", help="auto, human or json.")] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Log details; file names among them.")] = False,
) -> None:
    """Protect this computer until stopped."""
    from anshin.agent.config import load_config
    from anshin.agent.errors import AgentError, Conflict
    from anshin.agent.judge import start_engine
    from anshin.agent.logs import set_up
    from anshin.agent.run import Agent
    from anshin.agent.sentences import say
    from anshin.agent.system.locks import Locked, lock

    if log not in {"auto", "human", "json"}:
        raise typer.BadParameter("auto, human or json", param_hint="--log")
    set_up(log, debug=debug)  # type: ignore[arg-type]
    folder = _folder(state)
    stop = threading.Event()
    with _told(), _stops_on_signal(stop.set):
        config = load_config(folder)
        folder.prepare()
        try:
            with lock(folder.run_lock, wait_seconds=0.5):
                engine = start_engine(folder.rules)
                try:
                    agent = Agent(folder, config, engine)
                    try:
                        if once:
                            done = agent.run_once()
                        else:
                            typer.echo(say("running", folders=", ".join(config.watch)), err=True)
                            agent.run(stop)
                            done = True
                            typer.echo(say("stopped"), err=True)
                        waiting = agent.spool.size()
                    finally:
                        agent.close()
                finally:
                    engine.close()
        except Locked as error:
            raise Conflict("already_running", folder=folder.root) from error
        if not done:
            raise AgentError("spool_not_sent", count=waiting)


@contextmanager
def _stops_on_signal(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the agent cleanly while the block runs."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, lambda *_: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@app.command()
def status(state: State = None, *, as_json: Json = False) -> None:
    """Say how the agent is: running or not, last contact, what waits, what is in quarantine."""
    from anshin.agent.sentences import language, say
    from anshin.agent.status import read_status

    with _told():
        found = read_status(_folder(state))
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
        return
    error = found.last_error_ja if language() == "ja" else found.last_error_en
    lines = {
        "status_running": say("status_yes" if found.running else "status_no"),
        "status_console": f"{found.console} ({found.organisation})",
        "status_device": found.device_id,
        "status_protection": say("status_protect" if found.protection == "protect" else "status_watch"),
        "status_watched": ", ".join(found.watched),
        "status_quarantined": found.quarantined,
        "status_spooled": found.spooled,
        "status_dead_letters": len(found.dead_letters),
        "status_last_contact": found.last_contact or say("status_never"),
        "status_last_error": error or "-",
    }
    for key, value in lines.items():
        typer.echo(f"{say(key)}: {value}")
    for letter in found.dead_letters:
        typer.echo(f"  {letter['id']} {letter['code']}: {letter['message']}")


@quarantine.command("list")
def list_(state: State = None, *, as_json: Json = False) -> None:
    """List the files in quarantine."""
    from anshin.agent.local import quarantined
    from anshin.agent.sentences import language, say
    from anshin.agent.status import item_document
    from anshin.engine.names import safe_name

    with _told():
        found = [item_document(item) for item in quarantined(_folder(state))]
    if as_json:
        typer.echo(json.dumps({"items": found}, ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo(say("quarantine_empty"), err=True)
    for item in found:
        reason = item["reason_ja"] if language() == "ja" else item["reason_en"]
        path = safe_name(item["original_path"])
        typer.echo(f"{item['item_id']}  {item['quarantined_at']}  {item['size']:>10}  {path}")
        typer.echo(f"    {reason}")


@quarantine.command()
def restore(
    item: Annotated[str, typer.Argument(help="Number of the file, from `quarantine list`.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is safe; the console is told.")],
    to: Annotated[Path | None, typer.Option("--to", help="Folder to restore into.")] = None,
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Put a file back where it was; an existing file is never overwritten."""
    from anshin.agent import local
    from anshin.agent.errors import UnknownItem
    from anshin.agent.sentences import say
    from anshin.agent.text import path_text
    from anshin.engine.names import safe_name

    with _told():
        try:
            item_id = UUID(item)
        except ValueError as error:
            raise UnknownItem("item_id_invalid", item=item) from error
        done = local.restore(_folder(state), item_id, reason=reason, to=to)
    path = path_text(done.path)
    if as_json:
        typer.echo(json.dumps({"path": path, "not_restored": list(done.not_restored)}, ensure_ascii=False))
        return
    typer.echo(say("restored", path=safe_name(path)))
    if done.not_restored:
        typer.echo(say("metadata_not_restored", what=", ".join(done.not_restored)), err=True)
