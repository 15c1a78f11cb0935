"""Whole yen in its own type, and rates as fractions with a declared rounding. Floats live in the simulation only."""

import math
import operator
from enum import StrEnum
from fractions import Fraction
from typing import Self

from anshin.risk.errors import ParameterError


class Rounding(StrEnum):
    """What becomes of a part of a yen."""

    DOWN = "down"
    """円未満切捨て, towards minus infinity: what Japanese wordings mean when they say nothing else."""
    UP = "up"
    HALF_UP = "half_up"


class Yen(int):
    """An amount of whole yen. Sums and differences stay `Yen`; a rate needs `times` with its rounding."""

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Raises ParameterError for anything but a whole number: a float would hide a rounding."""
        if isinstance(value, bool):
            raise ParameterError("money.not_whole", value=value)
        try:
            return super().__new__(cls, operator.index(value))
        except TypeError:
            raise ParameterError("money.not_whole", value=value) from None

    def __add__(self, other: int) -> "Yen":
        """Add whole yen."""
        return Yen(operator.index(int(self)) + operator.index(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> "Yen":
        """Take whole yen away."""
        return Yen(int(self) - operator.index(other))

    def __rsub__(self, other: int) -> "Yen":
        """Take these yen away from whole yen."""
        return Yen(operator.index(other) - int(self))

    def __neg__(self) -> "Yen":
        """Turn the sign."""
        return Yen(-int(self))

    def __repr__(self) -> str:
        """Return `Yen(4000000)`."""
        return f"Yen({int(self)})"

    def __str__(self) -> str:
        """Return the amount as people write it: ¥4,000,000."""
        return f"{'-' if self < 0 else ''}¥{abs(int(self)):,}"

    def times(self, factor: Fraction | int, rounding: Rounding) -> "Yen":
        """Return this amount times `factor`, rounded to whole yen as declared."""
        return round_yen(Fraction(int(self)) * factor, rounding)


def round_yen(amount: Fraction | int, rounding: Rounding) -> Yen:
    """Round an exact amount to whole yen."""
    match rounding:
        case Rounding.DOWN:
            return Yen(math.floor(amount))
        case Rounding.UP:
            return Yen(math.ceil(amount))
        case Rounding.HALF_UP:
            return Yen(math.floor(amount + Fraction(1, 2)))


def read_rate(text: object) -> Fraction:
    """Return a rate from `0.9`, `90%` or `9/10`, exactly. Raises ParameterError; a float is refused on purpose."""
    if isinstance(text, (int, Fraction)) and not isinstance(text, bool):
        return Fraction(text)
    if not isinstance(text, str):
        raise ParameterError("money.rate", value=text)
    plain = text.strip()
    try:
        return Fraction(plain[:-1]) / 100 if plain.endswith("%") else Fraction(plain)
    except (ValueError, ZeroDivisionError):
        raise ParameterError("money.rate", value=text) from None
