"""Refuses parameters without meaning, with one sentence each. Not here: what the parameters are for."""

import math
import operator
from collections.abc import Collection

from anshin.risk.errors import ParameterError


def finite(where: str, name: str, value: float) -> float:
    """Return `value` as a float. Raises ParameterError for NaN, infinity and what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise ParameterError("parameter.not_a_number", where=where, name=name, value=value) from None
    if not math.isfinite(value):
        raise ParameterError("parameter.not_a_number", where=where, name=name, value=value)
    return float(value)


def positive(where: str, name: str, value: float) -> float:
    """Return `value` when it is a finite number above 0. Raises ParameterError."""
    if finite(where, name, value) <= 0:
        raise ParameterError("parameter.not_positive", where=where, name=name, value=value)
    return float(value)


def not_negative(where: str, name: str, value: float) -> float:
    """Return `value` when it is a finite number of 0 or more. Raises ParameterError."""
    if finite(where, name, value) < 0:
        raise ParameterError("parameter.negative", where=where, name=name, value=value)
    return float(value)


def share(where: str, name: str, value: float) -> float:
    """Return `value` when it lies in [0, 1]. Raises ParameterError."""
    if not 0 <= finite(where, name, value) <= 1:
        raise ParameterError("parameter.share", where=where, name=name, value=value)
    return float(value)


def rate(where: str, value: float) -> float:
    """Return a yearly number of events, above 0. Raises ParameterError, with its own sentence for 0."""
    if value == 0:
        raise ParameterError("parameter.zero_frequency", where=where)
    return positive(where, "frequency", value)


def whole(where: str, name: str, value: int, *, least: int = 0) -> int:
    """Return `value` when it is a whole number of at least `least`. Raises ParameterError."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ParameterError("parameter.whole", where=where, name=name, value=value) from None
    if number < least:
        code = "parameter.not_positive" if least == 1 else "parameter.negative"
        raise ParameterError(code, where=where, name=name, value=value)
    return number


def known(where: str, value: str, there: Collection[str]) -> str:
    """Return `value` when it is one of `there`. Raises ParameterError naming what there is."""
    if value not in there:
        raise ParameterError("parameter.unknown", where=where, value=value, known=", ".join(sorted(there)))
    return value
