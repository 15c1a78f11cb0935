"""The fleet in figures."""

from datetime import timedelta

from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.fleet import operations
from anshin.console.fleet.models import Device
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from tests.console.fleet.conftest import event


def test_summaries(cast, agent, make_agent):
    agent.beat()
    make_agent()
    urgent = make_agent()
    urgent.send(event("detection.blocked", now=timezone.now() - timedelta(hours=1)), event("detection.not_blocked"))
    gone = make_agent()
    with scope(organisation=cast.company):
        operations.revoke_device(actor=cast.actor(Role.OWNER), device=Device.objects.get(id=gone.device_id))
    found = operations.summaries([cast.company, cast.other])
    mine = found[cast.company.id]
    assert (mine.total, mine.safe, mine.attention, mine.urgent, mine.unknown) == (3, 1, 0, 1, 1)
    assert (mine.unhandled, mine.not_blocked, mine.last_detection_outcome) == (2, 1, "not_blocked")
    assert mine.last_detection_at is not None
    assert found[cast.other.id] == operations.FleetSummary()


def test_number_of_queries_is_constant(cast, django_assert_max_num_queries):
    with scopes_disabled():
        more = [
            Organisation.objects.create(kind="customer", provider=cast.provider, name=f"会社{n}") for n in range(10)
        ]
        for company in more:
            Device.objects.create(organisation=company, name="PC", public_key="A" * 44)
    with django_assert_max_num_queries(5):
        operations.summaries([cast.company])
    with django_assert_max_num_queries(5):
        operations.summaries(more)
