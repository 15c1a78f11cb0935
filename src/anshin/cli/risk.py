"""`anshin risk …`: what a firm could lose in a year, in yen. Argument parsing and printing only."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from anshin.cli.errors import FAILURE, NOT_FOUND, USAGE, CliError

if TYPE_CHECKING:
    from anshin.risk.report import CustomerReport, Report
    from anshin.risk.terms import Terms

app = typer.Typer(name="risk", help="What could be lost, in yen.", no_args_is_help=True, rich_markup_mode=None)
Lang = Literal["ja", "en"]
Language = Annotated[Lang | None, typer.Option("--lang", help="Language of the text output.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Random seed; the same seed gives the same result.")]
LARGEST_FILE = 1 << 20


@app.command()
def diagnose(
    *,
    answers: Annotated[Path, typer.Option("--answers", help="Answers as YAML or JSON (see `anshin risk questions`).")],
    budget: Annotated[int | None, typer.Option("--budget", min=0, help="Yen a year for more controls.")] = None,
    terms: Annotated[
        list[Path] | None, typer.Option("--terms", help="Cover to compare, as YAML; may be repeated.")
    ] = None,
    seed: Seed = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day of the diagnosis; today when left out.")] = None,
    customer: Annotated[
        bool, typer.Option("--customer", help="Print the page for customers, without weaknesses.")
    ] = False,
    as_json: Json = False,
    lang: Language = None,
) -> None:
    """Diagnose one firm: its yearly loss in yen, with and without each control and cover."""
    language, today = _language(lang), _day(as_of)
    with _told(language):
        from anshin.risk.questionnaire.answers import read_answers

        checked = read_answers(_read(answers, "answers", language), name=answers.name, today=today)
        covers = [_terms(path, language) for path in terms] if terms else None
        # late: what is wrong with the files is told before the numerics are loaded
        from anshin.risk.diagnose import diagnose as run
        from anshin.risk.diagnose.run import SEED
        from anshin.risk.report import build, build_for_customers

        result = run(checked, today=today, seed=SEED if seed is None else seed, terms=covers, budget=budget)
    if as_json and not customer:
        typer.echo(result.model_dump_json(indent=2))
        return
    page = build_for_customers(result, language) if customer else build(result, language)
    if as_json:
        typer.echo(page.model_dump_json(indent=2))
        return
    for line in _customer_lines(page) if page.kind == "customer" else _lines(page):
        typer.echo(line)


@app.command()
def questions(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Print the answers of the invented demo company.")] = False,
    as_json: Json = False,
    lang: Language = None,
) -> None:
    """Print a blank answers file; with --json, the questions themselves."""
    language = _language(lang)
    if demo:
        from importlib.resources import files

        typer.echo(files("anshin.risk").joinpath("demo/answers.yaml").read_text(encoding="utf-8"), nl=False)
        return
    with _told(language):
        from anshin.risk.questionnaire.blank import blank
        from anshin.risk.questionnaire.questions import questionnaire

        if as_json:
            typer.echo(questionnaire().model_dump_json(indent=2, exclude_none=True))
        else:
            typer.echo(blank(language, _day(None)), nl=False)


@app.command()
def outside(
    *,
    facts: Annotated[
        Path, typer.Option("--facts", help="DNS records and TLS facts of the own domain, as YAML or JSON.")
    ],
    as_json: Json = False,
    lang: Language = None,
) -> None:
    """Judge what can be seen of the firm's own domain from outside (SPF, DKIM, DMARC, TLS); nothing is fetched."""
    language = _language(lang)
    with _told(language):
        from anshin.risk.data import check, parse_yaml
        from anshin.risk.outside.document import Seen
        from anshin.risk.outside.judge import judge

        raw = parse_yaml(_read(facts, "facts", language), facts.name)
        result = judge(check(Seen, raw, facts.name))
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
        return
    for finding in result.findings:
        typer.echo(f"{finding.id.upper():<6}{finding.level:<12}{finding.text.text(language)}")


@app.command()
def portfolio(
    *,
    portfolio_file: Annotated[Path, typer.Option("--portfolio", help="Firms, one a row: .csv or .npz.")],
    years: Annotated[int, typer.Option("--years", min=1, help="Years to simulate.")] = 10_000,
    seed: Seed = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="Address of a dask scheduler.")] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder that keeps finished blocks, to go on from.")
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> None:
    """Simulate a portfolio of firms: mean loss, bad years and accumulation by common cause."""
    language = _language(lang)
    if not portfolio_file.exists():
        raise _missing(portfolio_file, "portfolio", language)
    with _told(language):
        from anshin.cli.progress import Counter
        from anshin.risk.portfolio import Run, default_causes, read_portfolio, run_portfolio
        from anshin.risk.report.portfolio import lines

        firms = read_portfolio(portfolio_file)
        run = Run(firms, years, 1 if seed is None else seed, default_causes(firms))
        with Counter("blocks", wanted=True) as counter:
            report = run_portfolio(
                run, scheduler=scheduler, resume=resume, told=lambda done, _: counter.step() if done else None
            )
        figures = report.as_dict()
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    for line in lines(figures, language):
        typer.echo(line)


@contextmanager
def _told(language: Lang) -> Iterator[None]:
    """Turn the diagnosis's errors into the command line's, in the reader's language."""
    from anshin.risk.errors import DataError, ParameterError, RiskError
    from anshin.risk.questionnaire.answers import AnswersError

    try:
        yield
    except AnswersError as error:
        said = [problem.ja if language == "ja" else problem.en for problem in error.problems]
        raise CliError("\n  - ".join(["answers", *said]), code="answers", exit_code=USAGE, field="answers") from error
    except RiskError as error:
        usage = isinstance(error, (DataError, ParameterError))
        message = error.ja if language == "ja" else error.en
        raise CliError(message, code=error.code, exit_code=USAGE if usage else FAILURE) from error


def _language(asked: Lang | None) -> Lang:
    if asked is not None:
        return asked
    names = ("ANSHIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    setting = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "ja" if setting.lower().startswith("ja") else "en"


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"--as-of: {text!r} is not a day; write it like 2026-11-25"
        raise CliError(message, code="usage", exit_code=USAGE, field="as_of") from None


def _missing(path: Path, field: str, language: Lang) -> CliError:
    said = (
        "ファイルがありません。つづりを確かめてください。"
        if language == "ja"
        else "there is no such file; check the spelling"
    )
    return CliError(f"{path.name}: {said}", code="not_found", exit_code=NOT_FOUND, field=field)


def _read(path: Path, field: str, language: Lang) -> str:
    if not path.exists():
        raise _missing(path, field, language)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CliError(f"{path.name}: larger than 1 MiB", code="data.unreadable", exit_code=USAGE, field=field)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CliError(f"{path.name}: not UTF-8 text", code="data.unreadable", exit_code=USAGE, field=field) from error


def _terms(path: Path, language: Lang) -> "Terms":
    from anshin.risk.data import parse_yaml
    from anshin.risk.terms import read_terms

    return read_terms(parse_yaml(_read(path, "terms", language), path.name), path.name)


def _lines(page: "Report") -> Iterator[str]:
    yield from (page.title, page.subtitle, "", page.headline, "")
    yield from page.sentences
    yield from ("", page.actions_title)
    for number, action in enumerate(page.actions, 1):
        yield f"  {number}. {action.title}"
        yield f"     {action.first_step}"
        yield f"     {action.effect}"
    yield from ("", *page.plan, "", page.covers_title)
    for cover in page.covers:
        yield from (f"  {sentence}" for sentence in cover.sentences)
        yield ""
    yield from (page.covers_note, "", page.needs_title)
    yield from (f"  {need.mark} {need.title}: {need.reason}" for need in page.needs)
    yield from (page.needs_sum, "", page.assumptions_title, *page.assumptions)


def _customer_lines(page: "CustomerReport") -> Iterator[str]:
    yield from (page.title, page.intro)
    yield from (f"  - {line}" for line in page.controls)
