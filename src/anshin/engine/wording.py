"""Sentences of the engine, read from `wording.yaml`."""

from functools import cache
from importlib.resources import files
from typing import Any, get_args

import yaml

from anshin.engine.verdict import Gap, Place, Reason

GAP_CODES: tuple[str, ...] = get_args(Gap.model_fields["code"].annotation)


@cache
def load_data(name: str) -> Any:
    """Return a YAML file that lies in the engine package, parsed once."""
    text = files("anshin.engine").joinpath(name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 -- both are safe loaders


def gap(code: str, place: Place | None = None, *, wording: str = "") -> Gap:
    """Return the gap `code` in words; `wording` names another sentence for the same code."""
    words = load_data("wording.yaml")["gaps"][wording or code]
    return Gap(code=code, ja=words["ja"], en=words["en"], place=place or Place())


def reason(code: str, weight: float, place: Place | None = None, attack: tuple[str, ...] = ()) -> Reason:
    """Return the reason `code` in words."""
    words = load_data("wording.yaml")["reasons"][code]
    return Reason(code=code, weight=weight, ja=words["ja"], en=words["en"], attack=attack, place=place or Place())


def unreadable(why: str) -> Reason:
    """Return why not a single byte could be judged."""
    words = load_data("wording.yaml")["unreadable"][why]
    return Reason(code=f"unreadable.{why}", weight=0, ja=words["ja"], en=words["en"])
