"""`anshin engine …`: the engine for other programs, and the rules. Argument parsing and printing only."""

import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from anshin.cli.errors import FAILURE, NOT_FOUND, USAGE, CliError

if TYPE_CHECKING:
    from anshin.engine.rules.lint import Remark
    from anshin.gateway.listen import Listener

app = typer.Typer(name="engine", help="The engine for other programs.", no_args_is_help=True, rich_markup_mode=None)
rules = typer.Typer(name="rules", help="YARA rules of your own.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules)

DEFAULT_ADDRESS = "127.0.0.1:3310"


@app.command()
def serve(
    *,
    clamd: Annotated[bool, typer.Option("--clamd", help="Speak clamd's protocol; the only one so far.")] = False,
    socket: Annotated[Path | None, typer.Option("--socket", help="UNIX socket to listen on.")] = None,
    socket_mode: Annotated[str, typer.Option("--socket-mode", help="Who may connect to it, in octal.")] = "660",
    listen: Annotated[
        str | None, typer.Option("--listen", help="Address and port; 127.0.0.1:3310 without --socket.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen on an address that other machines can reach.")
    ] = False,
    root: Annotated[
        list[Path] | None, typer.Option("--root", help="Folder whose files clients may name; may be repeated.")
    ] = None,
    suspicious: Annotated[
        Literal["found", "ok"], typer.Option("--suspicious", help="What a suspicious file is answered with.")
    ] = "found",
    incomplete: Annotated[
        Literal["error", "found", "ok"],
        typer.Option("--incomplete", help="What a file that was not fully scanned is answered with."),
    ] = "error",
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Files judged at the same time.")] = 2,
    rules_dirs: Annotated[
        list[Path] | None, typer.Option("--rules", help="Folder with YARA rules of your own.")
    ] = None,
    allow: Annotated[Path | None, typer.Option("--allow", help="File with SHA-256 values to accept.")] = None,
    deny: Annotated[Path | None, typer.Option("--deny", help="File with SHA-256 values to refuse.")] = None,
    max_stream: Annotated[
        int, typer.Option("--max-stream", min=1, max=2048, help="Largest file that a client may send, in MiB.")
    ] = 100,
    max_connections: Annotated[
        int, typer.Option("--max-connections", min=1, max=10_000, help="Clients at the same time.")
    ] = 100,
    silence: Annotated[
        float, typer.Option("--silence", min=0.1, help="Seconds after which a silent client is sent away.")
    ] = 30.0,
    log: Annotated[Literal["auto", "human", "json"], typer.Option("--log", help="auto, human or json.")] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Log details; file names among them.")] = False,
) -> None:
    """Judge files for mail servers, file servers and other programs that speak to clamd, until SIGTERM.

    SIGHUP reads the rules anew.
    """
    if not clamd:
        raise CliError("say which protocol: --clamd", code="usage", exit_code=USAGE, field="clamd")
    from anshin.cli import targets
    from anshin.cli.scan import hashes

    targets.check([str(path) for path in (*(root or ()), *(rules_dirs or ()))])
    from anshin.engine.clamd.policy import Policy
    from anshin.gateway import journal
    from anshin.gateway.bounds import MIB, Bounds
    from anshin.gateway.files import make_roots
    from anshin.gateway.server import Server, Settings

    settings = Settings(
        policy=Policy(suspicious=suspicious, incomplete=incomplete),
        bounds=Bounds(
            connections=max_connections,
            stream_bytes=max_stream * MIB,
            streams_bytes=max(512, max_stream) * MIB,
            command_seconds=silence,
        ),
        roots=make_roots(root or []),
        workers=workers,
    )
    accepted, refused = hashes(allow, "allow"), hashes(deny, "deny")
    listeners = _listeners(socket, _mode(socket_mode), listen, allow_remote=allow_remote)
    journal.set_up(log, debug=debug)
    from anshin.engine.service import Engine, EngineSettings

    try:
        engine = Engine(
            EngineSettings(
                workers=workers,
                rules_dirs=tuple(rules_dirs or ()),
                watch_rules=bool(rules_dirs),
                preload=True,
                allow=accepted,
                deny=refused,
            )
        )
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    with engine:
        for broken in engine.rule_errors():
            typer.echo(f"anshin: rule refused: {broken.path}, line {broken.line}: {broken.message}", err=True)
        server = Server(engine, listeners, settings)
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        signal.signal(signal.SIGINT, lambda *_: server.stop())
        signal.signal(signal.SIGHUP, lambda *_: threading.Thread(target=server.reload, daemon=True).start())
        server.serve()


def _mode(text: str) -> int:
    try:
        mode = int(text, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777:
        raise CliError(
            f"{text}: not a file mode; write it in octal, such as 660",
            code="usage",
            exit_code=USAGE,
            field="socket_mode",
        )
    return mode


def _listeners(path: Path | None, mode: int, address: str | None, *, allow_remote: bool) -> "list[Listener]":
    from anshin.gateway.listen import listen_tcp, listen_unix

    found = []
    try:
        if path is not None:
            found.append(listen_unix(path, mode))
        if address is not None or path is None:
            found.append(listen_tcp(address or DEFAULT_ADDRESS, allow_remote=allow_remote))
    except BaseException:
        for listener in found:
            listener.close()
        raise
    return found


@rules.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder or file with YARA rules; our own rules when left out.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which rules cannot be used, and what could be better in the others. Exit code 0, or 1 for an error."""
    from anshin.engine.rules.lint import lint_files, lint_own

    if folder is None:
        files, remarks = 0, lint_own()
    else:
        from anshin.cli import targets

        targets.check([str(folder)])
        files, remarks = lint_files([folder])
        if not files:
            raise CliError(
                f"{folder}: no file ends with .yar or .yara here", code="not_found", exit_code=NOT_FOUND, field="folder"
            )
    if as_json:
        typer.echo(json.dumps({"remarks": [_shape(remark) for remark in remarks]}, ensure_ascii=False, indent=2))
    else:
        for remark in remarks:
            rule = f" {remark.rule}:" if remark.rule else ""
            typer.echo(f"{remark.path}:{remark.line}: {remark.level}:{rule} {remark.message}")
    errors = sum(remark.level == "error" for remark in remarks)
    typer.echo(f"{errors} error(s), {len(remarks) - errors} warning(s)", err=True)
    raise typer.Exit(FAILURE if errors else 0)


def _shape(remark: "Remark") -> dict[str, object]:
    return {name: getattr(remark, name) for name in ("path", "line", "rule", "level", "message")}
