"""The form of the accident files."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from anshin.risk.parameter import Parameter, Spread
from anshin.risk.text import Bilingual, Code, Frozen

Tier = Literal["everyday", "serious", "both"]
Exposure = Literal["always", "computers", "persons", "mobile", "sales", "web", "card_shop", "cloud"]
ItemCode = Annotated[str, Field(pattern=r"^(response|liability|profit|money|administrative|intangible)\.[a-z_]+$")]


class ItemTitle(Bilingual):
    """A kind of cost in words."""

    hint: Bilingual


class QuantityTitle(Bilingual):
    """What an amount is multiplied with."""

    unit: str = Field(min_length=1)
    firm: bool = False  # from the answers; otherwise drawn for each event


class Frequency(Parameter):
    """Events a year at the reference firm with the usual controls."""

    dispersion: float = Field(gt=0)  # shape of the gamma that mixes the years: variance = mean + mean² / shape
    size: float = Field(ge=0, le=1)  # exponent of employees / reference
    mobile: float = Field(default=0, ge=0, le=1)  # exponent of mobile devices / reference
    sectors: dict[Code, Annotated[float, Field(gt=0)]]

    @model_validator(mode="after")
    def _spread(self) -> "Frequency":
        if self.p10 is None or self.unit != "events/year":
            raise ValueError("a frequency needs p10, p90 and the unit events/year")
        return self


class Quantity(Parameter):
    """How much of something one event touches: a share `of` another quantity, or an amount of its own."""

    of: Code | None = None
    count: bool = False  # a whole number by chance (Poisson) around the drawn mean
    most_of: Code | None = None
    least: float | None = Field(default=None, ge=0)
    most: float | None = Field(default=None, gt=0)


class CostItem(Parameter):
    """One kind of cost of an event: amount x product of `times`, paid with `chance`."""

    code: ItemCode
    tier: Tier = "both"
    times: tuple[Code, ...] = ()
    amount: Literal["spread", "damages_per_person"] = "spread"
    chance: Spread | None = None
    size: float = Field(default=0, ge=0, le=1)  # exponent of employees / reference
    most: float | None = Field(default=None, gt=0)  # yen an event
    most_share: float | None = Field(default=None, gt=0, le=1)  # bound of an amount that is a share

    @model_validator(mode="after")
    def _amount(self) -> "CostItem":
        if self.given == (self.amount == "damages_per_person"):
            raise ValueError("give a spread, or amount: damages_per_person, and not both")
        return self


class Accident(Bilingual):
    """One kind of accident."""

    id: Code
    version: str
    story: Bilingual
    perils: Annotated[frozenset[str], Field(min_length=1)]
    applies: Exposure
    frequency: Frequency
    serious: Parameter
    causes: dict[Code, Annotated[float, Field(gt=0, lt=1)]]
    quantities: dict[Code, Quantity]
    items: Annotated[tuple[CostItem, ...], Field(min_length=1)]


class Cause(Parameter, Bilingual):
    """A common cause: one event of it may reach several services of a firm, and many firms."""

    events: Spread
    spread: float = Field(gt=0)  # sigma of the severity factor that all hits of one event share


class Reference(Frozen):
    """The firm that the frequencies are stated for."""

    employees: float = Field(gt=0)
    mobile: float = Field(gt=0)
    dependence: dict[str, Annotated[float, Field(ge=0, le=1)]]
    cloud_share: dict[str, Annotated[float, Field(ge=0, le=1)]]
    working_days: int = Field(gt=0, le=366)
    uncertainty: dict[Literal["certain", "estimated", "guess"], Annotated[float, Field(ge=0)]]
