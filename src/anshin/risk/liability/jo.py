"""The JO model of JNSA for the claim to expect for one leaked person, and the awards of courts by distress level."""

from collections.abc import Iterable
from functools import cache
from typing import Literal

from pydantic import Field

from anshin.risk.data import read_model
from anshin.risk.errors import ParameterError
from anshin.risk.money import Yen
from anshin.risk.parameter import Parameter
from anshin.risk.text import Code, Frozen

Identification = Literal["name_and_address", "name_or_address_with_phone", "otherwise"]


class Level(Frozen):
    """Where a kind of data stands on both axes."""

    x: int = Field(ge=1, le=3)  # distress, 精神的苦痛
    y: int = Field(ge=1, le=3)  # economic loss, 経済的損失


class Model(Frozen):
    """The tables of the model."""

    source: Code
    base_points: int
    identification: dict[Identification, int]
    responsibility: dict[Literal["higher", "usual"], int]
    handling: dict[Literal["bad", "good_or_unknown"], int]
    kinds: dict[Code, Level]
    higher_responsibility: tuple[Code, ...]
    higher_responsibility_confirmed: bool
    awards: dict[int, Parameter]
    upper: Parameter


@cache
def model() -> Model:
    """Return the model as shipped."""
    return read_model(Model, "liability/jo.yaml")


def sensitivity(levels: Iterable[Level]) -> int:
    """Return the largest 10^(x-1) + 5^(y-1) over the leaked kinds. Raises ParameterError when there is none."""
    values = [int(10 ** (level.x - 1) + 5 ** (level.y - 1)) for level in levels]
    if not values:
        raise ParameterError("parameter.empty", where="JO model: kinds of data")
    return max(values)


def per_person(
    levels: Iterable[Level],
    *,
    identification: Identification = "name_and_address",
    higher_responsibility: bool = False,
    badly_handled: bool = False,
) -> Yen:
    """Return the claim for one person in yen. Source: JNSA, JO model 2018; one point is read as one yen."""
    tables = model()
    return Yen(
        tables.base_points
        * sensitivity(levels)
        * tables.identification[identification]
        * tables.responsibility["higher" if higher_responsibility else "usual"]
        * tables.handling["bad" if badly_handled else "good_or_unknown"]
    )


def levels_of(kinds: Iterable[str]) -> list[Level]:
    """Return the levels of kinds of data as the questionnaire names them; `none` has none."""
    table = model().kinds
    return [table[kind] for kind in kinds if kind != "none"]
