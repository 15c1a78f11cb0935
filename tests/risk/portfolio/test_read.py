import numpy as np
import pytest

from anshin.risk.errors import DataError, ParameterError, PortfolioError
from anshin.risk.portfolio import read_portfolio

GOOD = "id,rate,median,sigma,limit,sector,cloud\n1,0.01,3000000,1.2,4000000,製造,A\n2,0.02,2000000,1.1,,,\n"


def test_a_table_of_firms_is_read(tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    portfolio = read_portfolio(path)
    assert len(portfolio) == 2
    assert portfolio.sectors == ("製造",)
    assert portfolio.sector.tolist() == [0, -1]
    assert portfolio.limit[0] == 4_000_000
    assert portfolio.limit[1] > 1e15
    assert np.exp(portfolio.mu) == pytest.approx([3e6, 2e6])
    assert portfolio.name == "firms.csv"


def test_both_kinds_of_file_hold_the_same(tmp_path):
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    np.savez(
        tmp_path / "a.npz", rate=[0.01, 0.02], median=[3e6, 2e6], sigma=[1.2, 1.1], limit=[4e6, np.inf],
        sector=["製造", ""], cloud=["A", ""],
    )  # fmt: skip
    assert read_portfolio(tmp_path / "a.csv").digest() == read_portfolio(tmp_path / "a.npz").digest()


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (GOOD.replace("0.02", "-1"), ParameterError, "row 2"),
        (GOOD.replace("0.02", "often"), DataError, "often"),
        (GOOD.replace("0.02", ""), ParameterError, "row 2"),
        (GOOD.replace("sigma", "width"), DataError, "sigma"),
        (GOOD.replace("sector", "trade"), DataError, "trade"),
        (GOOD.replace("cloud", "sector"), DataError, "twice"),
        (GOOD.replace("製造,A", "製造"), DataError, "6 values"),
        (GOOD.splitlines()[0] + "\n", PortfolioError, "no company"),
        ("", PortfolioError, "no company"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, kind, told):
    path = tmp_path / "firms.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(kind, match=told) as caught:
        read_portfolio(path)
    assert "firms.csv" in caught.value.ja


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", b"\xff\xfe\x00"), ("a.npz", b"PK\x03\x04 not really"), ("a.npz", b"")]
)
def test_what_cannot_be_read_is_refused(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=name):
        read_portfolio(tmp_path / name)
    with pytest.raises(DataError, match=r"missing\.csv"):
        read_portfolio(tmp_path / "missing.csv")


def test_pickled_objects_in_a_file_are_never_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", rate=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="pickle"):
        read_portfolio(tmp_path / "a.npz")
