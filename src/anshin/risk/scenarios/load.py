"""Loads the accidents, and refuses what does not hold together, naming file and key."""

from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files

from anshin.risk.data import check, parse_yaml, read_model, read_models
from anshin.risk.errors import DataError
from anshin.risk.scenarios.model import Accident, Cause, ItemTitle, QuantityTitle, Reference

FOLDER = "scenarios/accidents"


@cache
def item_titles() -> dict[str, ItemTitle]:
    """Return every kind of cost by its code, in order."""
    return read_models(ItemTitle, "scenarios/items.yaml")


@cache
def quantity_titles() -> dict[str, QuantityTitle]:
    """Return every quantity by its id."""
    return read_models(QuantityTitle, "scenarios/quantities.yaml")


@cache
def causes() -> dict[str, Cause]:
    """Return the common causes by id, in order."""
    return read_models(Cause, "scenarios/causes.yaml")


@cache
def reference() -> Reference:
    """Return the reference firm."""
    return read_model(Reference, "scenarios/reference.yaml")


@cache
def accidents() -> dict[str, Accident]:
    """Return the accidents that ship with this version by id. Raises DataError naming file and key."""
    found = {}
    folder = files("anshin.risk").joinpath(FOLDER)
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.name.endswith(".yaml"):
            accident = parse_accident(entry.read_text(encoding="utf-8"), name=f"{FOLDER}/{entry.name}")
            found[accident.id] = accident
    return found


def parse_accident(text: str, *, name: str) -> Accident:
    """Return the accident written in `text`. Raises DataError naming the file `name`, the key and the fault."""
    accident = check(Accident, parse_yaml(text, name), name)
    for cause in accident.causes:
        if cause not in causes():
            raise _error(name, f"causes.{cause}", f"unknown cause; there are: {', '.join(causes())}")
    if sum(accident.causes.values()) >= 1:
        raise _error(name, "causes", "the shares must add up to less than 1")
    quantity_order(accident, name)
    for number, item in enumerate(accident.items):
        key = f"items.{number}"
        if item.code not in item_titles():
            raise _error(name, f"{key}.code", f"unknown item {item.code!r}; there are: {', '.join(item_titles())}")
        for quantity in item.times:
            _known(accident, quantity, name, f"{key}.times")
        _unit(item.unit, item.times, name, f"{key}.unit")
    return accident


def quantity_order(accident: Accident, name: str) -> tuple[str, ...]:
    """Return the accident's quantities each after those it is a share of. Raises DataError for a circle."""
    graph: dict[str, set[str]] = {}
    for key, quantity in accident.quantities.items():
        if key not in quantity_titles() or quantity_titles()[key].firm:
            raise _error(name, f"quantities.{key}", "not a quantity of an event in quantities.yaml")
        for field in ("of", "most_of"):
            on = getattr(quantity, field)
            if on is not None:
                _known(accident, on, name, f"quantities.{key}.{field}")
        graph[key] = {on for on in (quantity.of, quantity.most_of) if on in accident.quantities}
        if quantity.of is not None and quantity.unit != "share":
            raise _error(name, f"quantities.{key}.unit", "a quantity `of` another has the unit share")
        if quantity.of is None and quantity.unit != quantity_titles()[key].unit:
            raise _error(name, f"quantities.{key}.unit", f"must be {quantity_titles()[key].unit}")
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise _error(name, f"quantities.{error.args[1][0]}", f"refers to itself: {circle}") from error


def _known(accident: Accident, quantity: str, name: str, key: str) -> None:
    if quantity in accident.quantities:
        return
    if quantity not in quantity_titles() or not quantity_titles()[quantity].firm:
        raise _error(name, key, f"unknown quantity {quantity!r}")


def _unit(unit: str, times: tuple[str, ...], name: str, key: str) -> None:
    """Multiply the units out: what is left must be yen."""
    units = [part for quantity in times for part in [quantity_titles()[quantity].unit] if part != "flag"]
    left: list[str] = ["yen"] if unit == "yen" else []
    if unit not in ("yen", "share"):
        head, _, per = unit.partition("/")
        if head != "yen" or per not in units:
            raise _error(name, key, f"{unit!r} does not give yen with {', '.join(times) or 'nothing'}")
        units.remove(per)
        left = ["yen"]
    for one in units:
        head, _, per = one.partition("/")
        if per in units:
            left.append(head)  # yen/day times days
        elif f"yen/{one}" not in units:
            left.append(one)
    if left != ["yen"]:
        raise _error(name, key, f"{unit!r} does not give yen with {', '.join(times) or 'nothing'}")


def _error(name: str, key: str, cause: str) -> DataError:
    return DataError("data.key", path=name, key=key, cause=cause)
