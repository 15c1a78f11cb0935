"""`anshin model …`: make, measure and check learned models. Training needs the `train` extra; the rest does not."""

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from anshin.cli import model_device
from anshin.cli.errors import FAILURE, NOT_FOUND, CliError

app = typer.Typer(name="model", help="Learned models of the engine.", no_args_is_help=True, rich_markup_mode=None)
app.command()(model_device.pin)
app.command()(model_device.rollback)
KEY_ENV = "ANSHIN_MODEL_KEY"

Root = Annotated[Path, typer.Option("--project", help="Folder with tables, deep scores and results.")]
Families = Annotated[list[str] | None, typer.Option("--family", help="Format family; may be repeated. Default: all.")]
Repositories = Annotated[
    Path | None, typer.Option("--repositories", help="Folder with the bare git repositories of the catalogue.")
]
Packages = Annotated[Path | None, typer.Option("--packages", help="Folder with wheels and Debian packages.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _project(root: Path) -> Any:
    from anshin.training.project import Project

    if not root.is_dir():
        raise CliError(f"{root} is not a folder; name the project's folder with --project", exit_code=NOT_FOUND)
    return Project(root)


def _chosen(project: Any, families: list[str] | None) -> list[str]:
    known = project.families()
    for family in families or ():
        if family not in known:
            raise CliError(
                f"there is no table of {family}; there are: {', '.join(known) or 'none'}", exit_code=NOT_FOUND
            )
    return list(families or known)


@app.command()
def table(
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder for the pieces; finished ones are not built again.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Source of the catalogue; may be repeated.")
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option(
            "--reports", help="Accepted false-positive reports (CSV or JSON of the console); may be repeated."
        ),
    ] = None,
    ember: Annotated[
        Path | None, typer.Option("--ember", help="Folder with feature files of EMBER2024 or EMBER2018 (JSONL).")
    ] = None,
    root: Root = Path("models"),
    family: Families = None,
    repositories: Repositories = None,
    packages: Packages = None,
) -> None:
    """Read labelled files in memory and write feature tables."""
    from anshin.training.corpora.catalogue import sources
    from anshin.training.corpora.packages import SOURCE
    from anshin.training.project import assemble_table, build_tables

    for name in source or ():
        if name not in sources() and name != SOURCE:
            known = ", ".join([*sources(), SOURCE])
            raise CliError(
                f"the catalogue has no source {name}; it has: {known}", exit_code=NOT_FOUND, field="--source"
            )
    if ember is not None:
        _take_feature_files(_project(root), ember, family or [])
        if not source and not reports:
            return
    if cache is None:
        raise CliError("tables of corpora and reports are built in pieces: name a folder with --cache", field="--cache")
    if source:
        build_tables(source, cache, repositories, packages, _say)
    refused = _take_reports(reports, cache) if reports else 0
    for name in family or ():
        made = assemble_table(_project(root), name, cache)
        typer.echo(f"{name}: {len(made)} files, manifest {made.manifest_sha256()}")
    if refused:
        raise CliError(f"{refused} rows of reports were refused; the others are taken", exit_code=FAILURE)


def _take_feature_files(project: Any, folder: Path, families: list[str]) -> None:
    """Write the tables of EMBER; what was skipped or refused is counted on standard output."""
    from anshin.training.ember.rows import feature_files
    from anshin.training.ember.table import write_tables

    found = write_tables(feature_files(folder), project.root / "tables", _say, wanted=families)
    told = ", ".join(f"{name} {number}" for name, number in sorted(found.rows.items())) or "none"
    typer.echo(
        f"rows: {told}; {found.unlabelled} without a label skipped, {found.repeated} repeated, {found.refused} refused"
    )


def _take_reports(files: list[Path], cache: Path) -> int:
    """Write the pieces of accepted reports; returns how many rows were refused."""
    from anshin.training.corpora.reports import read_reports
    from anshin.training.tables.reports import write_pieces

    found = read_reports(files)
    for row in found.refused:
        _say(f"anshin: {row}")
    rows = write_pieces(found.reports.values(), cache)
    told = ", ".join(f"{family} {number}" for family, number in rows.items()) or "none"
    typer.echo(f"reports: {len(found.reports)} files, {found.repeated} repeated, {len(found.refused)} refused; {told}")
    return len(found.refused)


@app.command()
def train(
    root: Root = Path("models"),
    family: Families = None,
    repositories: Repositories = None,
    packages: Packages = None,
    *,
    deep: Annotated[bool, typer.Option("--deep", help="Train the deep models too; needs --repositories.")] = False,
    as_json: Json = False,
) -> None:
    """Train from the tables; print the hash of every model and whether it is the shipped one."""
    from anshin.engine.models.bundle import bundled
    from anshin.training.steps import train_deep_of, train_trees_of

    project, rows = _project(root), []
    for name in _chosen(project, family):
        if deep:
            if repositories is None:
                raise CliError("--deep needs --repositories: the network reads bytes", field="--repositories")
            train_deep_of(project, name, repositories, packages, _say)
        done = train_trees_of(project, name, bundled(), _say)
        rows.append(
            {"family": name, "trees_sha256": done.trees_sha256, "matches_shipped": done.matches_shipped,
             "files": len(done.fitted.table), "trees": int(done.fitted.booster.best_iteration)}
        )  # fmt: skip
        if not as_json:
            word = {True: "the shipped trees, byte for byte", False: "NOT the shipped trees", None: "not shipped"}
            typer.echo(f"{name}: {done.trees_sha256} ({rows[-1]['files']} files): {word[done.matches_shipped]}")
    if as_json:
        typer.echo(json.dumps({"models": rows}, indent=2))
    if any(row["matches_shipped"] is False for row in rows):
        raise CliError(
            "some trees are not those that are shipped: another machine, library or table", exit_code=FAILURE
        )


@app.command()
def evaluate(
    root: Root = Path("models"),
    family: Families = None,
    repositories: Repositories = None,
    packages: Packages = None,
    *,
    evasion: Annotated[bool, typer.Option("--evasion", help="Also try edits; needs --repositories.")] = False,
    pages: Annotated[Path | None, typer.Option("--pages", help="Folder of the docs; write the page there.")] = None,
    as_json: Json = False,
) -> None:
    """Measure on the test part: files of other sources, other times, other structures."""
    from anshin.training.evaluate.page import write_pages
    from anshin.training.steps import attack_family, evaluate_family

    project, found = _project(root), {}
    for name in _chosen(project, family):
        found[name] = evaluate_family(project, name)
        if evasion:
            if repositories is None:
                raise CliError("--evasion needs --repositories: it edits bytes in memory", field="--repositories")
            package = _bundled_path(name)
            attack_family(project, name, package, repositories, packages, _say)
        if not as_json:
            at = found[name]["shipped"]["watch"]
            typer.echo(
                f"{name}: ROC AUC {found[name]['models'][found[name]['shipped_model']]['roc_auc']:.4f}; "
                f"at the threshold to watch {at['tpr']['hits']} of {at['tpr']['total']} caught, "
                f"{at['fpr']['hits']} of {at['fpr']['total']} false alarms"
            )
    if pages is not None:
        write_pages(project, pages)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _bundled_path(family: str) -> Path:
    from importlib.resources import files

    from anshin.engine.models.package import SUFFIX

    path = Path(str(files("anshin.engine.models").joinpath("bundled", f"{family}{SUFFIX}")))
    if not path.exists():
        raise CliError(f"no package of {family} is shipped; make it with `anshin model package`", exit_code=NOT_FOUND)
    return path


@app.command()
def package(
    out: Annotated[Path, typer.Option("--out", help="Folder for the signed packages.")],
    root: Root = Path("models"),
    family: Families = None,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="Ed25519 private key, PEM.")] = None,
    today: Annotated[str, typer.Option("--date", help="Date of the package, ISO; today by default.")] = "",
) -> None:
    """Pack and sign what was trained. The key comes from a file or ANSHIN_MODEL_KEY (PEM), never from a flag."""
    from anshin.training.steps import package_family

    project, key = _project(root), _private_key(key_file)
    for name in _chosen(project, family):
        path = package_family(
            project,
            name,
            today=today or dt.datetime.now(tz=dt.UTC).date().isoformat(),
            key=key,
            out=out,
            taken=_versions(out, name),
        )
        typer.echo(f"{path}: {path.stat().st_size} bytes")


def _versions(folder: Path, family: str) -> list[str]:
    from anshin.engine.errors import ModelError
    from anshin.engine.models.package import SUFFIX, read_package

    try:
        return [read_package((folder / f"{family}{SUFFIX}").read_bytes()).manifest.version]
    except (OSError, ModelError):
        return []


def _private_key(path: Path | None) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = path.read_bytes() if path else os.environ.get(KEY_ENV, "").encode()
    if not text:
        raise CliError(f"a private key is needed to sign: --key-file, or {KEY_ENV}", field="--key-file")
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError) as error:
        raise CliError("the private key is not a PEM without password", field="--key-file") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CliError("the private key is not of the kind Ed25519", field="--key-file")
    return key


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Model packages.")],
    trust: Annotated[list[Path] | None, typer.Option("--trust", help="Public key (base64) to trust besides.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Check signature, hashes and version of packages; exit 1 where one must not be used."""
    from anshin.engine.errors import ModelError
    from anshin.engine.models.package import read_package

    keys, rows = _trusted(trust or []), []
    for path in files:
        try:
            found = read_package(path.read_bytes(), keys)
        except ModelError as error:
            rows.append({"file": str(path), "ok": False, "code": error.code, "ja": error.ja, "en": error.en})
        else:
            rows.append(
                {"file": str(path), "ok": True, "name": found.name, "key": found.key_id, "sha256": found.sha256}
            )
    if as_json:
        typer.echo(json.dumps({"packages": rows}, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            if row["ok"]:
                typer.echo(f"{row['file']}: {row['name']}, signed by {row['key']}")
            else:
                typer.echo(f"anshin: {row['file']}: {row['ja']} / {row['en']}", err=True)
    if not all(row["ok"] for row in rows):
        sys.stdout.flush()
        raise typer.Exit(FAILURE)


def _trusted(paths: list[Path]) -> dict[str, bytes]:
    import base64
    import binascii

    from anshin.engine.models.package import key_id

    found = {}
    for path in paths:
        try:
            raw = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        except (ValueError, binascii.Error) as error:
            raise CliError(f"{path} is not a public key in base64", field="--trust") from error
        found[key_id(raw)] = raw
    return found


@app.command("list")
def list_(state: model_device.State = None, *, as_json: Json = False) -> None:
    """List the models that came with this engine, or with --state those of the agent on this PC."""
    from anshin.engine.models.bundle import bundled

    if state is not None:
        model_device.print_held(state, as_json=as_json)
        return

    rows = [
        {"family": p.manifest.family, "version": p.manifest.version, "created": p.manifest.created,
         "deep": p.manifest.deep_input is not None, "bytes": len(p.raw), "sha256": p.sha256}
        for p in bundled()
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"models": rows}, indent=2))
        return
    for row in rows:
        kind = "trees + network" if row["deep"] else "trees"
        typer.echo(f"{row['family']:<12} {row['version']:<10} {row['created']}  {kind:<16} {row['bytes']:>9} bytes")


@app.command()
def card(
    family: Annotated[str, typer.Argument(help="Format family.")],
    file: Annotated[Path | None, typer.Option("--file", help="Package; by default the one of this engine.")] = None,
) -> None:
    """Print the model card of a package, as JSON."""
    from anshin.engine.models.bundle import bundled
    from anshin.engine.models.package import CARD, read_package

    if file is not None:
        found = read_package(file.read_bytes())
    else:
        known = {p.manifest.family: p for p in bundled()}
        if family not in known:
            raise CliError(
                f"no model of {family} is shipped; there are: {', '.join(known) or 'none'}", exit_code=NOT_FOUND
            )
        found = known[family]
    typer.echo(found.contents[CARD].decode())
