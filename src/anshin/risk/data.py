"""Reads the YAML files of this package into models, and names file and key when one is wrong."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from anshin.risk.errors import DataError
from anshin.risk.text import Code, Frozen

M = TypeVar("M", bound=BaseModel)
VERSION = "2026.1"
"""Version of the data set. A change of any figure is a new version; the hash proves which one was used."""
FOLDERS = ("questionnaire", "scenarios", "scenarios/accidents", "controls", "liability", "terms")


class Source(Frozen):
    """A public text, or our own judgement said openly."""

    publisher: str
    title: str
    date: str
    read: Literal["primary", "secondary", "own"]


@cache
def sources() -> dict[Code, Source]:
    """Return every source by its key."""
    return read_models(Source, "sources.yaml")


def parse_yaml(text: str, name: str) -> Any:
    """Return what `text` holds. Raises DataError naming the file `name`."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DataError("data.unreadable", path=name, cause=" ".join(str(error).split())) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
        raise DataError("data.unreadable", path=name, cause=f"not a document ({type(error).__name__})") from error


def check(model: type[M], raw: Any, name: str, prefix: str = "") -> M:
    """Return `raw` as `model`. Raises DataError naming the file `name`, the key and what is wrong with it."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([*([prefix] if prefix else []), *map(str, first["loc"])]) or "(file)"
        raise DataError("data.key", path=name, key=key, cause=first["msg"]) from error


def read(name: str) -> Any:
    """Return the content of the file `name` of this package."""
    return parse_yaml(files("anshin.risk").joinpath(name).read_text(encoding="utf-8"), name)


def read_model(model: type[M], name: str) -> M:
    """Return the file `name` of this package as one `model`."""
    return check(model, read(name), name)


def read_models(model: type[M], name: str) -> dict[str, M]:
    """Return the file `name`, a mapping of ids, as a `model` for each."""
    return {str(key): check(model, value, name, str(key)) for key, value in read(name).items()}


def data_hash() -> str:
    """Return the SHA-256 over every data file that a diagnosis rests on, names included."""
    digest = hashlib.sha256()
    root = files("anshin.risk")
    for name, entry in [("sources.yaml", root.joinpath("sources.yaml")), *_files(root)]:
        digest.update(name.encode() + b"\0" + entry.read_text(encoding="utf-8").encode() + b"\0")
    return digest.hexdigest()


def _files(root: Traversable) -> Iterator[tuple[str, Traversable]]:
    for folder in FOLDERS:
        place = root.joinpath(folder)
        if place.is_dir():
            for entry in sorted(place.iterdir(), key=lambda found: found.name):
                if entry.name.endswith(".yaml"):
                    yield f"{folder}/{entry.name}", entry
