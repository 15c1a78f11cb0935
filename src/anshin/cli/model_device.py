"""`anshin model pin|rollback|list --state`: the models of the agent on this PC."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from anshin.cli.agent import _folder, _told
from anshin.cli.errors import CliError

State = Annotated[Path | None, typer.Option("--state", help="The agent's state folder (also ANSHIN_AGENT_STATE).")]


def _store(state: Path | None) -> Any:
    from anshin.agent.config import load_config
    from anshin.agent.model_store import ModelStore

    folder = _folder(state)
    load_config(folder)
    folder.prepare()
    return ModelStore(folder.models)


def pin(
    family: Annotated[str, typer.Argument(help="Format family, as `anshin model list --state` shows it.")],
    version: Annotated[str | None, typer.Argument(help="Version on this PC, or `bundled`.")] = None,
    state: State = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="Hold it no longer; the console decides again.")] = False,
) -> None:
    """Hold the agent of this PC at one version of a model, whatever the console says."""
    from anshin.agent.sentences import say

    if (version is None) != none:
        raise CliError("name a version to hold, or --none to hold it no longer", exit_code=2, field="VERSION")
    with _told():
        _store(state).pin(family, version)
    key = "model_unpinned" if version is None else "model_pinned"
    typer.echo(say(key, family=family, version=version or ""))


def rollback(
    family: Annotated[str, typer.Argument(help="Format family, as `anshin model list --state` shows it.")],
    state: State = None,
) -> None:
    """Go back to the model before the present one on this PC, and hold it there."""
    from anshin.agent.sentences import say

    with _told():
        version = _store(state).roll_back(family)
    typer.echo(say("model_pinned", family=family, version=version))


def print_held(state: Path, *, as_json: bool) -> None:
    """Print the models of the agent on this PC."""
    from dataclasses import asdict

    from anshin.agent.sentences import language, say
    from anshin.engine.errors import ModelError

    with _told():
        store = _store(state)
        rows, refused = store.rows(), store.choices().refused
    if as_json:
        document = {
            "models": [asdict(row) for row in rows],
            "refused": [{**why.model_dump(), "sha256": sha256} for sha256, why in refused.items()],
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not rows:
        typer.echo(say("model_none"), err=True)
    for row in rows:
        marks = [word for word in ("in_use", "pinned", "wanted", "came_with") if getattr(row, word)]
        typer.echo(f"{row.family:<12} {row.version:<10} {row.sha256[:16]}  {', '.join(marks)}")
    for why in refused.values():
        error = ModelError(why.code)
        typer.echo(f"{why.family}-{why.version}: {error.ja if language() == 'ja' else error.en}", err=True)
