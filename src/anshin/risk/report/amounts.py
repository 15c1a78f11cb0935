"""Amounts and odds as people say them: 約640万円, about ¥6.4 million, 10年に1度."""

import math

from anshin.risk.text import Language

_MAN, _OKU = 10_000, 100_000_000


def rounded(amount: int, digits: int = 2) -> int:
    """Return `amount` with that many significant digits: more would pretend to know."""
    if amount == 0:
        return 0
    place = math.floor(math.log10(abs(amount))) - digits + 1
    return int(round(amount / 10**place) * 10**place) if place > 0 else amount


def about(amount: int, language: Language) -> str:
    """Return a rounded amount with its unit. Under ¥1,000 it is said to be hardly anything."""
    if abs(amount) < 1000:
        return "ほぼ0円" if language == "ja" else "hardly anything"
    return _ja(rounded(amount)) if language == "ja" else _en(rounded(amount))


def exact(amount: int, language: Language) -> str:
    """Return whole yen with commas."""
    return f"{amount:,}円" if language == "ja" else f"¥{amount:,}"


def percent(share: float) -> str:
    """Return a share in percent, with as many digits as it deserves."""
    value = share * 100
    if value and value < 0.1:
        return "<0.1%"
    return f"{value:.1f}%" if value < 10 else f"{value:.0f}%"


def _ja(amount: int) -> str:
    if amount >= _OKU:
        oku = amount / _OKU
        return f"約{oku:.1f}億円" if oku < 10 else f"約{oku:,.0f}億円"
    if amount >= _MAN:
        man = amount / _MAN
        return f"約{man:.1f}万円" if man < 10 and man != int(man) else f"約{man:,.0f}万円"
    return f"約{amount:,}円"


def _en(amount: int) -> str:
    if amount >= 1_000_000_000:
        return f"about ¥{amount / 1e9:.2g} billion"
    if amount >= 1_000_000:
        return f"about ¥{amount / 1e6:,.2g} million" if amount < 100_000_000 else f"about ¥{amount / 1e6:,.0f} million"
    return f"about ¥{amount:,}"
