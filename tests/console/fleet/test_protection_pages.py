"""Pages about the protection mode and the company's lists."""

import pytest
from django.urls import reverse
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet import operations
from anshin.console.fleet.models import HashListEntry
from anshin.console.fleet.operations import protection
from anshin.console.people.roles import Role

GOOD = {"list": "allow", "sha256": "AB" * 32, "reason": "自社のツール"}


def at(cast, name: str, **more) -> str:
    return reverse(name, kwargs={"organisation_id": cast.company.id} | more)


def entries(cast) -> list[HashListEntry]:
    with scope(organisation=cast.company):
        return list(HashListEntry.objects.all())


def test_add_move_and_remove(cast):
    owner = cast.client(Role.OWNER)
    assert owner.post(at(cast, "hash_list_add"), GOOD).status_code == 302
    assert [(e.list, e.sha256) for e in entries(cast)] == [("allow", "ab" * 32)]
    assert owner.post(at(cast, "hash_list_add"), GOOD | {"list": "deny"}).status_code == 302
    assert [e.list for e in entries(cast)] == ["deny"]
    page = owner.get(at(cast, "hash_list")).content.decode()
    assert "ab" * 32 in page
    remove = at(cast, "hash_list_remove", entry_id=entries(cast)[0].id)
    assert owner.get(remove).status_code == 405
    assert owner.post(remove).status_code == 302
    assert entries(cast) == []
    assert owner.post(remove).status_code == 404
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["hash_list.added", "hash_list.added", "hash_list.removed"]


@pytest.mark.parametrize("fault", [{"sha256": "xyz"}, {"sha256": ""}, {"reason": "abc"}, {"list": "other"}])
def test_bad_input_is_kept_and_explained(cast, fault):
    answer = cast.client(Role.OWNER).post(at(cast, "hash_list_add"), GOOD | fault)
    assert answer.status_code == 400
    assert entries(cast) == []


def test_full_lists_say_so(cast, monkeypatch):
    monkeypatch.setattr(protection, "MAX_LIST_ENTRIES", 1)
    owner = cast.client(Role.OWNER)
    assert owner.post(at(cast, "hash_list_add"), GOOD).status_code == 302
    assert owner.post(at(cast, "hash_list_add"), GOOD | {"reason": "別の理由です"}).status_code == 302
    full = owner.post(at(cast, "hash_list_add"), GOOD | {"sha256": "c" * 64})
    assert full.status_code == 400
    assert "いっぱい" in full.content.decode()


def test_member_reads_only(cast):
    member = cast.client(Role.MEMBER)
    assert member.get(at(cast, "hash_list")).status_code == 200
    assert member.get(at(cast, "hash_list_add")).status_code == 403
    assert member.post(at(cast, "hash_list_add"), GOOD).status_code == 403
    assert entries(cast) == []


def test_entry_of_another_company_is_as_if_absent(cast):
    with scope(organisation=cast.other):
        foreign = operations.change_list(
            actor=cast.actor(Role.OWNER, cast.other), which=HashListEntry.List.DENY, sha256="d" * 64, reason="theirs"
        )
    assert cast.client(Role.OWNER).post(at(cast, "hash_list_remove", entry_id=foreign.id)).status_code == 404
    assert "d" * 64 not in cast.client(Role.OWNER).get(at(cast, "hash_list")).content.decode()
    with scope(organisation=cast.other):
        assert HashListEntry.objects.count() == 1


def test_csv_and_filter(cast):
    owner = cast.client(Role.OWNER)
    owner.post(at(cast, "hash_list_add"), GOOD)
    assert "自社のツール" in owner.get(at(cast, "hash_list") + "?format=csv").content.decode()
    assert "empty-nomatch" in owner.get(at(cast, "hash_list") + "?list=deny").content.decode()


def test_protection(cast):
    owner, member = cast.client(Role.OWNER), cast.client(Role.MEMBER)
    assert "止めて、隔離します" in member.get(at(cast, "protection")).content.decode()
    assert member.post(at(cast, "protection_change"), {"mode": "watch"}).status_code == 403
    assert owner.post(at(cast, "protection_change"), {"mode": "off"}).status_code == 400
    for _ in range(2):
        assert owner.post(at(cast, "protection_change"), {"mode": "watch"}).status_code == 302
    assert "止めていません" in member.get(at(cast, "protection")).content.decode()
    assert [e.data for e in AuditEntry.objects.filter(action="protection.changed")] == [
        {"from": "protect", "to": "watch"}
    ]
    with scope(organisation=cast.other):
        assert operations.current_mode() == "protect"
