"""The diagnosis as one frozen document: what a firm could lose in a year, and what each control and cover changes.

All amounts are whole yen a year unless a field says otherwise; probabilities lie in 0..1. Every amount is a mean or a
quantile of simulated years, so two documents of the same seed and data agree to the yen. A "1-in-10 year" is the amount
that the year's total loss exceeds with probability 1/10 (aggregate exceedance, AEP).
"""

import datetime as dt
from typing import Final, Literal

from anshin.risk.text import Bilingual, Evidence, Frozen, Grade

SCHEMA_VERSION: Final = 1
LossClass = Literal["response", "liability", "profit", "money", "administrative", "intangible"]
"""The six loss classes of JNSA: 費用・賠償・利益・金銭・行政・無形."""


class Estimate(Frozen):
    """A figure and how sure it is: the band holds the figure for 80 % of the parameter sets (10th to 90th)."""

    value: int
    low: int
    high: int
    standard_error: int  # of the simulation alone, not of the parameters


class OverAmount(Frozen):
    """Probability that a year's loss is `amount` or more."""

    amount: int
    probability: float


class CurvePoint(Frozen):
    """One point of the exceedance curve at a return period (10 = one year in ten)."""

    return_period: float
    aggregate: int  # AEP: the year's total
    aggregate_low: int  # 10th percentile over parameter sets
    aggregate_high: int  # 90th
    occurrence: int  # OEP: the year's largest single event


class LossSummary(Frozen):
    """The distribution of a year's loss, before or after a cover."""

    mean: Estimate
    standard_deviation: int
    p_no_loss: float
    typical_loss_year: int  # median over the years that have a loss at all
    one_in_10: Estimate
    one_in_100: Estimate
    worst_1_percent_mean: int  # TVaR 99 %
    over: tuple[OverAmount, ...]
    curve: tuple[CurvePoint, ...]  # by ascending return period


class Range(Frozen):
    """A rate or factor with its 10th and 90th percentile over the parameter sets."""

    value: float
    low: float
    high: float


class SeriousEvents(Frozen):
    """What a serious accident of any kind costs, and how likely one is: what a mean over quiet years hides."""

    p_year: float  # chance of at least one in a year
    p_ten_years: float  # in ten years of the same kind
    mean: int  # yen of one event
    median: int
    nine_in_ten_below: int


class ScenarioLoss(Frozen):
    """One of the eleven kinds of accident."""

    id: str
    title: Bilingual
    story: Bilingual  # what happens, in plain words
    applies: bool
    why_not: Bilingual | None  # set when it does not apply
    frequency: Range  # events a year, with the controls as they are
    p_serious: float  # share of the events that are serious
    mean: int
    share: float  # of the mean of all scenarios
    mean_serious_event: int  # yen of one serious event
    one_in_100: int  # of this scenario alone
    bad_year_mean: int  # its part of the mean of the worst tenth of years


class ItemLoss(Frozen):
    """One kind of cost, summed over the scenarios."""

    code: str
    loss_class: LossClass
    title: Bilingual
    mean: int
    bad_year_mean: int  # its part of the mean of the worst tenth of years


class Driver(Frozen):
    """One bar of the tornado: the mean loss with one parameter at its 10th and its 90th percentile, the rest as is."""

    id: str
    title: Bilingual
    mean_at_low: int
    mean_at_high: int
    source: str
    grade: Grade


class ControlWorth(Frozen):
    """One control: how far it is in place, on what evidence, and what it is worth in yen a year."""

    id: str
    title: Bilingual
    action: Bilingual  # the first thing to do
    state: Literal["in_place", "partly", "missing", "unknown", "not_applicable"]
    adoption: float  # 0..1, as credited
    evidence: Evidence
    dated: dt.date | None  # of the proof
    saves_now: int  # mean loss a year that it already avoids
    saves_now_one_in_10: int
    could_save: int  # mean loss a year that full adoption, proved, would still avoid
    could_save_one_in_10: int
    cost: int  # a year, for what is still missing
    cost_grade: Grade
    cost_source: str


class Plan(Frozen):
    """The best set of missing controls within a budget; before and after come from the simulation itself."""

    budget: int  # yen a year
    budget_given: bool  # False: nobody named one, so the assumed budget for such a firm was used
    controls: tuple[str, ...]
    cost: int
    mean_before: int
    mean_after: int
    one_in_10_before: int
    one_in_10_after: int
    one_in_100_before: int
    one_in_100_after: int
    exact: bool  # the solver proved that no other set within the budget has a lower mean loss


class WhereItGoes(Frozen):
    """How an amount of loss is shared out; the parts add up to `total`."""

    total: int
    paid: int  # by the cover
    never_insured: int  # ransom and transferred money: no cover here pays them
    not_covered: int  # kinds of cost that this cover leaves out
    own_share: int  # deductible, coinsurance, waiting period
    over_limit: int


class CoverResult(Frozen):
    """What one cover does to the loss. It is an estimate, never an offer or a decision on a claim."""

    id: str
    title: Bilingual
    limit: int  # a year
    expected: WhereItGoes
    bad_year: WhereItGoes  # mean of the worst tenth of years
    remaining: LossSummary  # what the firm bears
    p_used: float  # a payment in a year
    p_exhausted: float  # limit reached in a year
    p_exhausted_if_serious: float  # limit reached, given a serious event that year


class Need(Frozen):
    """One of the three reasons for a cover."""

    id: Literal["personal_data", "large_customers", "well_known"]
    answer: Literal["yes", "no", "unknown"]
    title: Bilingual
    reason: Bilingual


class Comparison(Frozen):
    """The same kind and size of firm with the usual answers, from the same random numbers."""

    mean: int
    one_in_10: int
    one_in_100: int
    basis: Bilingual


class Assumption(Frozen):
    """Something the figure stands on: a parameter of the data, or an answer that was missing."""

    id: str
    kind: Literal["answer", "parameter", "method"]
    title: Bilingual
    value: str
    unit: str
    source: str
    date: str  # of the source
    grade: Grade
    evidence: Evidence | None  # for answers
    note: Bilingual | None  # which way it may mislead


class Fact(Frozen):
    """An answer as it was used."""

    question: str
    title: Bilingual
    value: str
    evidence: Evidence
    dated: dt.date | None


class Basis(Frozen):
    """What is needed to repeat the diagnosis."""

    as_of: dt.date
    seed: int
    years: int
    parameter_sets: int
    data_version: str
    data_hash: str  # SHA-256 over scenarios, controls, questions and terms
    version: str  # of Anshin


class LossResult(Frozen):
    """The diagnosis of one firm."""

    schema_version: Literal[1] = SCHEMA_VERSION
    company: str
    sector: Bilingual
    employees: int
    basis: Basis
    total: LossSummary
    serious: SeriousEvents
    scenarios: tuple[ScenarioLoss, ...]  # by falling mean
    items: tuple[ItemLoss, ...]  # by falling mean
    drivers: tuple[Driver, ...]  # by falling width
    controls: tuple[ControlWorth, ...]  # by falling could_save
    plan: Plan
    covers: tuple[CoverResult, ...]
    needs: tuple[Need, ...]
    like_firms: Comparison
    facts: tuple[Fact, ...]
    assumptions: tuple[Assumption, ...]
