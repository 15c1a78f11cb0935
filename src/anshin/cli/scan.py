"""`anshin scan`: judge files and folders here and now, without a server and without a network."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from anshin.cli.errors import NOT_FOUND, USAGE, CliError

if TYPE_CHECKING:
    from anshin.engine.render.text import Language
    from anshin.engine.service import Engine
    from anshin.engine.verdict import Verdict

MALICIOUS, SUSPICIOUS, UNREADABLE, INCOMPLETE = 10, 11, 12, 13
_EXIT = {"malicious": MALICIOUS, "suspicious": SUSPICIOUS, "incomplete": INCOMPLETE, "unreadable": UNREADABLE}


def scan(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders; - reads standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print a SARIF 2.1.0 log.")] = False,
    explained: Annotated[bool, typer.Option("--explain", help="Say at length why, and what to do.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Files scanned at the same time.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what is not clean, and no summary.")] = False,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="Folder with YARA rules of your own.")] = None,
    allow: Annotated[Path | None, typer.Option("--allow", help="File with SHA-256 values to accept.")] = None,
    deny: Annotated[Path | None, typer.Option("--deny", help="File with SHA-256 values to refuse.")] = None,
    lang: Annotated[Literal["ja", "en"] | None, typer.Option("--lang", help="Language of the text output.")] = None,
) -> None:
    """Scan files. Exit code: 0 clean, 10 malicious, 11 suspicious, 12 unreadable, 13 not fully scanned."""
    if as_json and as_sarif:
        raise CliError("--json and --sarif exclude each other; give one of them", code="usage", exit_code=USAGE)
    from anshin.cli import targets

    targets.check([*paths, *(str(r) for r in rules or ())])
    from anshin.engine.render.summary import summarise
    from anshin.engine.service import Engine, EngineSettings

    settings = EngineSettings(
        workers=jobs, rules_dirs=tuple(rules or ()), allow=hashes(allow, "allow"), deny=hashes(deny, "deny")
    )
    language = _language(lang)
    skipped: list[str] = []

    def skip(path: str, why: str) -> None:
        skipped.append(path)
        if not quiet:
            typer.echo(f"anshin: {path}: {why}, not scanned", err=True)

    verdicts: list[Verdict] = []
    counts: dict[str, int] = {}
    with Engine(settings) as engine:
        for refused in engine.rule_errors():
            typer.echo(f"anshin: rule refused: {refused.path}, line {refused.line}: {refused.message}", err=True)
        for verdict in _judged(engine, paths, jobs, skip, quiet=quiet):
            if as_json or as_sarif:
                verdicts.append(verdict)
                continue
            _show(verdict, language, explained=explained, quiet=quiet)
            verdicts.append(verdict.model_copy(update={"reasons": (), "gaps": (), "children": ()}))  # only counted
        counts = summarise(verdicts)
        if as_json:
            from anshin.engine.render.document import to_json

            typer.echo(to_json(verdicts, skipped=skipped, refused=engine.rule_errors()))
        elif as_sarif:
            from anshin.engine.render.sarif import to_sarif

            typer.echo(to_sarif(verdicts, engine.versions().engine))
        elif not quiet:
            from anshin.engine.render.text import summary_line

            typer.echo(summary_line(counts, language), err=True)
    raise typer.Exit(exit_code(counts))


def exit_code(counts: dict[str, int]) -> int:
    """Return the exit code of the worst status among the files."""
    return next((code for status, code in _EXIT.items() if counts.get(status)), 0)


def hashes(path: Path | None, field: str) -> frozenset[str]:
    """Return the list of hashes in a file; raises `CliError`."""
    if path is None:
        return frozenset()
    from anshin.engine.errors import ListError
    from anshin.engine.lists import parse_list
    from anshin.engine.names import safe_name

    try:
        return parse_list(path.read_text(encoding="utf-8"), safe_name(path))
    except FileNotFoundError:
        message = f"{safe_name(path)}: there is no such file; check the spelling"
        raise CliError(message, code="not_found", exit_code=NOT_FOUND, field=field) from None
    except (ListError, UnicodeDecodeError) as error:
        raise CliError(str(error), code="bad_list", exit_code=USAGE, field=field) from error


def _language(asked: "Language | None") -> "Language":
    if asked is not None:
        return asked
    setting = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ja" if setting.startswith("ja") else "en"


def _show(verdict: "Verdict", language: "Language", *, explained: bool, quiet: bool) -> None:
    if quiet and verdict.status == "clean":
        return
    if explained:
        from anshin.engine.render.explain import explain as told
    else:
        from anshin.engine.render.text import line as told
    typer.echo(told(verdict, language))


def _judged(
    engine: "Engine", paths: list[str], jobs: int, skip: Callable[[str, str], None], *, quiet: bool
) -> "Iterator[Verdict]":
    """Yield verdicts in the order of the files while at most `2 * jobs` of them are under way."""
    from anshin.cli.progress import Counter
    from anshin.engine.walk import walk

    waiting: deque[Future[Verdict]] = deque()
    with ThreadPoolExecutor(jobs) as pool, Counter("scanning", wanted=not quiet) as counter:
        for path in paths:
            for file in walk(path, skip) if path != "-" else ["-"]:
                waiting.append(pool.submit(_one, engine, file, given=file == path))
                if len(waiting) >= 2 * jobs:
                    yield waiting.popleft().result()
                    counter.step()
        while waiting:
            yield waiting.popleft().result()
            counter.step()


def _one(engine: "Engine", path: str, *, given: bool) -> "Verdict":
    if path == "-":
        # one byte more than is scanned in one piece, so that longer input is seen to be longer
        return engine.judge_bytes(sys.stdin.buffer.read(engine.limits().file_bytes + 1), name="-")
    if given and Path(path).is_symlink():  # a link that a person names is followed, a link in a folder is not
        from anshin.engine.names import safe_name

        return engine.judge_path(os.path.realpath(path)).model_copy(update={"name": safe_name(path)})
    return engine.judge_path(path)
