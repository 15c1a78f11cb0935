"""`anshin audit verify`: prove that no log entry, custody entry or piece of evidence was changed."""

import json
from typing import Any

import typer

from anshin.cli.django_setup import start_django
from anshin.cli.errors import FAILURE, OK
from anshin.cli.operate import Data, Json

app = typer.Typer(name="audit", no_args_is_help=True, help="Prove that the log and the evidence are whole.")


@app.callback()
def audit() -> None:
    """Prove that the log and the evidence are whole."""


@app.command()
def verify(*, data: Data = None, as_json: Json = False) -> None:
    """Check the log of every organisation, and custody and seals of every case. Exit 0 when whole, 1 at a break."""
    start_django(data)
    from anshin.console.audit import operations as audit_operations
    from anshin.console.cases import operations as case_operations

    logs, cases = audit_operations.verify_all(), case_operations.verify_all()
    breaks: list[dict[str, Any]] = [
        {
            "what": "log",
            "organisation": str(log.organisation.id),
            "name": log.organisation.name,
            "position": log.found.position,
            "why": log.found.why,
        }
        for log in logs
        if log.found
    ]
    breaks += [
        {
            "what": case.code,
            "organisation": str(case.organisation_id),
            "name": case.number,
            "position": case.position,
            "why": case.why,
        }
        for case in cases
        if not case.whole
    ]
    counts = {
        "organisations": len(logs),
        "entries": sum(log.entries for log in logs),
        "cases": len(cases),
        "evidence": sum(case.evidence for case in cases),
        "custody": sum(case.custody for case in cases),
    }
    if as_json:
        document = {"schema_version": 1, "whole": not breaks, "checked": counts, "breaks": breaks}
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        _tell(counts, breaks)
    raise typer.Exit(FAILURE if breaks else OK)


def _tell(counts: dict[str, int], breaks: list[dict[str, Any]]) -> None:
    if not breaks:
        typer.echo(
            "Whole: {entries} log entries of {organisations} organisations, {custody} custody entries and {evidence} "
            "pieces of evidence in {cases} cases.".format(**counts)
        )
        return
    for found in breaks:
        typer.echo(
            f"Broken: {found['what']} of {found['name']} (organisation {found['organisation']}) at entry "
            f"{found['position']}: {found['why']}"
        )
    typer.echo(
        "Stop the console, keep a copy of the data folder as it is, and compare with your newest backup.", err=True
    )
