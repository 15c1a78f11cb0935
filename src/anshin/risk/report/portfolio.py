"""The figures of a portfolio in a few lines of text."""

from collections.abc import Iterator
from typing import Any

from anshin.risk.data import read
from anshin.risk.report.amounts import exact
from anshin.risk.text import Language


def lines(figures: dict[str, Any], language: Language) -> Iterator[str]:
    """Yield lines from `PortfolioReport.as_dict()`."""
    words = read("report/portfolio.yaml")

    def say(key: str, **values: object) -> str:
        return str(words[key][language]).format(**values)

    def both(gross: dict[str, int], net: dict[str, int]) -> str:
        return say("columns", gross=exact(gross["yen"], language), net=exact(net["yen"], language))

    gross, net = figures["gross"], figures["net"]
    counts = {key: f"{figures[key]:,}" for key in ("firms", "years", "events")}
    yield say("head", run=figures["run"][:12], **counts)
    yield f"{say('aal')}: {both(gross['aal'], net['aal'])}"
    for period, value in gross["aep"].items():
        yield f"{say('period', period=period)}: {both(value, net['aep'][period])}"
    yield f"{say('tvar')}: {both(gross['tvar_995'], net['tvar_995'])}"
    yield say("causes")
    for cause, part in figures["net_by_cause"].items():
        name = say("own") if cause == "own" else cause
        yield f"  {name}: {exact(part['aal'], language)}, {exact(part['co_tvar_995'], language)}"
