"""All customers together: asked for by the provider, calculated in the background, only its own customers in it."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django_scopes import scope

from anshin.console.diagnosis import accumulation, operations
from anshin.console.diagnosis.models import PortfolioRun
from anshin.console.fleet.operations.systems import family_of
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from anshin.risk.document import LossResult
from tests.console.diagnosis.conftest import diagnosed, result_document


def page(cast) -> str:
    return reverse("accumulation", args=[cast.provider.id])


def test_without_any_result_it_says_so(cast):
    client = cast.client(Role.UNDERWRITER)
    assert "まだ計算していません" in client.get(page(cast)).content.decode()
    assert client.post(page(cast)).status_code == 302
    assert "計算しています" in client.get(page(cast)).content.decode()
    operations.calculate_waiting()
    assert "診断の結果がある会社が、まだありません" in client.get(page(cast)).content.decode()


def test_customers_together(cast, monkeypatch):
    monkeypatch.setattr(accumulation, "YEARS", 20_000)
    for company in (cast.company, cast.other):
        with scope(organisation=company):
            diagnosed(cast.actor(Role.OWNER, company))
    stranger = Organisation.objects.create(kind="provider", name="別の事業者")
    assert accumulation.figures(stranger) is None
    client = cast.client(Role.ANALYST)
    client.post(page(cast))
    operations.calculate_waiting()
    with scope(organisation=cast.provider):
        figures = PortfolioRun.objects.get().figures
    assert figures is not None
    assert set(figures["companies"]) == {str(cast.company.id), str(cast.other.id)}
    mean = LossResult.model_validate(result_document()).total.mean.value
    assert figures["gross"]["aal"]["yen"] == pytest.approx(2 * mean, rel=0.5)
    assert 0 < figures["net"]["aal"]["yen"] < figures["gross"]["aal"]["yen"]
    text = client.get(page(cast)).content.decode()
    assert f"{figures['gross']['aep']['100']['yen']:,}円" in text
    assert f"事業者（{cast.provider.name}）を通じた攻撃" in text


def test_a_row_keeps_the_mean_of_its_result():
    result = LossResult.model_validate(result_document())
    portfolio = accumulation.portfolio_of({uuid4(): result}, {}, "")
    assert float(portfolio.rate[0]) == pytest.approx(sum(s.frequency.value for s in result.scenarios))
    assert float(portfolio.limit_per_year[0]) == result.covers[0].limit


def test_a_customer_has_no_such_page(cast):
    answer = cast.client(Role.OWNER).get(reverse("accumulation", args=[cast.company.id]))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("system", "family"),
    [("Windows 11 Pro", "Windows"), ("macOS 15.1", "macOS"), ("Ubuntu 24.04", "Linux"), ("Debian", "Linux")],
)
def test_families(system, family):
    assert family_of(system) == family
