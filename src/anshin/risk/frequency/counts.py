"""Counting distributions of the (a, b, 0) class, per year."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError

Counts = NDArray[np.int64]


class Panjer(NamedTuple):
    """p(n) = (a + b / n) p(n - 1), starting from p(0)."""

    a: float
    b: float
    p0: float


class Frequency(ABC):
    """A number of events in one year."""

    __slots__ = ()

    @abstractmethod
    def mean(self) -> float:
        """Return E[N] a year."""

    @abstractmethod
    def var(self) -> float:
        """Return the variance of N."""

    @abstractmethod
    def pgf(self, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return E[z**N] for |z| up to a little over 1."""

    @abstractmethod
    def pmf(self, n: ArrayLike) -> Floats:
        """Return P(N = n)."""

    @abstractmethod
    def panjer(self) -> Panjer:
        """Return the constants of Panjer's recursion."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, years: int) -> Counts:
        """Return the counts of `years` independent years."""

    @abstractmethod
    def scaled(self, factor: float) -> Self:
        """Return the frequency with `factor` times the mean, 0 < factor; for factor <= 1 this is exact thinning."""

    def second_factorial(self) -> float:
        """Return E[N (N - 1)]."""
        return self.var() - self.mean() + self.mean() ** 2


@dataclass(frozen=True, slots=True)
class Poisson(Frequency):
    """`rate` > 0 events a year, independent of each other."""

    rate: float

    def __post_init__(self) -> None:
        """Refuse a rate without meaning."""
        check.rate("Poisson", self.rate)

    def mean(self) -> float:
        """Return the rate."""
        return self.rate

    def var(self) -> float:
        """Return the rate."""
        return self.rate

    def pgf(self, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """exp(rate (z - 1))."""
        return np.exp(self.rate * (z - 1))

    def pmf(self, n: ArrayLike) -> Floats:
        """Return P(N = n)."""
        return np.asarray(stats.poisson.pmf(n, self.rate))

    def panjer(self) -> Panjer:
        """A = 0, b = rate."""
        return Panjer(0.0, self.rate, float(np.exp(-self.rate)))

    def sample(self, generator: np.random.Generator, years: int) -> Counts:
        """Return the counts of `years` years."""
        return generator.poisson(self.rate, years)

    def scaled(self, factor: float) -> Self:
        """Return the Poisson with `factor` times the rate."""
        return replace(self, rate=self.rate * check.positive("Poisson", "factor", factor))


@dataclass(frozen=True, slots=True)
class NegativeBinomial(Frequency):
    """Mean `rate` > 0 a year and `dispersion` c > 0: the variance is rate + c rate^2.

    It is a Poisson whose rate is multiplied by a gamma with mean 1 and variance c (r = 1/c, beta = c rate), so that
    some years, or some firms, are worse than others.
    """

    rate: float
    dispersion: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.rate("NegativeBinomial", self.rate)
        check.positive("NegativeBinomial", "dispersion", self.dispersion)

    def mean(self) -> float:
        """Return the rate."""
        return self.rate

    def var(self) -> float:
        """Return rate + c rate^2."""
        return self.rate + self.dispersion * self.rate**2

    def pgf(self, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """(1 - c rate (z - 1))^(-1/c)."""
        return np.asarray(np.exp(-np.log(1 - self.dispersion * self.rate * (z - 1)) / self.dispersion))

    def pmf(self, n: ArrayLike) -> Floats:
        """Return P(N = n)."""
        return np.asarray(stats.nbinom.pmf(n, 1 / self.dispersion, 1 / (1 + self.dispersion * self.rate)))

    def panjer(self) -> Panjer:
        """A = beta / (1 + beta), b = (r - 1) a."""
        beta = self.dispersion * self.rate
        a = beta / (1 + beta)
        return Panjer(a, (1 / self.dispersion - 1) * a, float(np.exp(-np.log1p(beta) / self.dispersion)))

    def sample(self, generator: np.random.Generator, years: int) -> Counts:
        """Return the counts of `years` years, each with its own gamma."""
        return generator.poisson(generator.gamma(1 / self.dispersion, self.dispersion * self.rate, years))

    def scaled(self, factor: float) -> Self:
        """Return the negative binomial with `factor` times the rate and the same dispersion."""
        return replace(self, rate=self.rate * check.positive("NegativeBinomial", "factor", factor))


@dataclass(frozen=True, slots=True)
class Binomial(Frequency):
    """`trials` independent chances a year, each with `probability` in (0, 1]."""

    trials: int
    probability: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.whole("Binomial", "trials", self.trials, least=1)
        check.rate("Binomial", check.share("Binomial", "probability", self.probability))

    def mean(self) -> float:
        """Return trials x probability."""
        return self.trials * self.probability

    def var(self) -> float:
        """Return the variance."""
        return self.trials * self.probability * (1 - self.probability)

    def pgf(self, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """(1 + p (z - 1))^m."""
        return np.asarray((1 + self.probability * (z - 1)) ** self.trials)

    def pmf(self, n: ArrayLike) -> Floats:
        """Return P(N = n)."""
        return np.asarray(stats.binom.pmf(n, self.trials, self.probability))

    def panjer(self) -> Panjer:
        """A = -p / (1 - p), b = -(m + 1) a. Raises ParameterError when p is 1: the recursion divides by 1 - p."""
        if self.probability == 1:
            raise ParameterError("parameter.share", where="Binomial (Panjer, below 1)", name="probability", value=1)
        a = -self.probability / (1 - self.probability)
        return Panjer(a, -(self.trials + 1) * a, float((1 - self.probability) ** self.trials))

    def sample(self, generator: np.random.Generator, years: int) -> Counts:
        """Return the counts of `years` years."""
        return generator.binomial(self.trials, self.probability, years)

    def scaled(self, factor: float) -> Self:
        """Return the binomial with `factor` times the probability. Raises ParameterError when that passes 1."""
        return replace(self, probability=self.probability * check.positive("Binomial", "factor", factor))


def bernoulli(probability: float) -> Binomial:
    """Return at most one event a year, with `probability`."""
    return Binomial(1, probability)
