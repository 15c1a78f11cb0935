"""Amounts as people say them."""

import pytest

from anshin.risk.report.amounts import about, exact, percent, rounded


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [
        (0, "ほぼ0円", "hardly anything"),
        (999, "ほぼ0円", "hardly anything"),
        (9_449, "約9,400円", "about ¥9,400"),
        (10_000, "約1万円", "about ¥10,000"),
        (15_400, "約1.5万円", "about ¥15,000"),
        (132_715, "約13万円", "about ¥130,000"),
        (6_420_000, "約640万円", "about ¥6.4 million"),
        (99_600_000, "約1.0億円", "about ¥100 million"),
        (123_000_000, "約1.2億円", "about ¥120 million"),
        (2_340_000_000, "約23億円", "about ¥2.3 billion"),
    ],
)
def test_about(amount, ja, en):
    assert about(amount, "ja") == ja
    assert about(amount, "en") == en


@pytest.mark.parametrize(("amount", "two"), [(0, 0), (7, 7), (96, 96), (995, 1000), (1_250, 1_200), (987_654, 990_000)])
def test_two_digits(amount, two):
    assert rounded(amount) == two


def test_exact():
    assert exact(4_000_000, "ja") == "4,000,000円"
    assert exact(4_000_000, "en") == "¥4,000,000"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0.0%"), (0.0004, "<0.1%"), (0.018, "1.8%"), (0.162, "16%"), (1, "100%")]
)
def test_percent(share, text):
    assert percent(share) == text
