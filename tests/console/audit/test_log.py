"""The log: what is hashed survives the database, breaks are found, and every action has its words."""

import ast
import csv
import io
import math
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anshin.console
from anshin.console.audit import append_only
from anshin.console.audit.catalogue import catalogue, doer, sentence, vocabulary
from anshin.console.audit.models import AuditEntry
from anshin.console.audit.operations import record, verify_all, verify_organisation
from anshin.console.people.roles import Role

SOURCES = sorted(Path(anshin.console.__file__).parent.rglob("*.py"))
DOTTED = re.compile(r"^[a-z_]+\.[a-z_]+$")


@pytest.mark.parametrize(
    "value",
    [
        1e20, 1e-7, -0.0, 0.1 + 0.2, 1.0, 2**70, -(2**70), True, None, "か\u3099", "𠮷\u2028\ttab", "", [], {},
        {"b": 1, "a": {"z": [1.5, None, "é"], "e\u0301": 2}}, [[1, [2.0]], "x"],
    ],
    ids=repr,
)  # fmt: skip
def test_data_survives_the_round_trip(cast, value):
    record(actor=cast.actor(Role.OWNER), action="test.act", data={"value": value})
    assert verify_organisation(cast.company) is None


LEAVES = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
VALUES = st.recursive(
    LEAVES | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(TEXTS, VALUES, max_size=3))
def test_whatever_is_recorded_verifies_after_reading_it_back(cast, data):
    record(actor=cast.actor(Role.OWNER), action="test.act", data=data)
    assert verify_organisation(cast.company) is None


def test_floats_are_stored_as_text(cast):
    entry = record(actor=cast.actor(Role.OWNER), action="test.act", data={"score": math.pi})
    entry.refresh_from_db()
    assert entry.data == {"score": repr(math.pi)}


def test_what_has_no_canonical_form_is_refused(cast):
    with pytest.raises(TypeError):
        record(actor=cast.actor(Role.OWNER), action="test.act", data={"value": object()})
    assert not AuditEntry.objects.exists()


@pytest.fixture
def unguarded(db):
    """Stand for somebody who owns the database and has dropped the triggers."""
    append_only.remove(connection, append_only.TABLES)
    yield
    append_only.install(connection, append_only.TABLES)


@pytest.mark.parametrize(
    ("tamper", "position"),
    [
        ("UPDATE audit_auditentry SET actor_name = 'nobody' WHERE sequence = 2", 2),
        ("UPDATE audit_auditentry SET at = '2020-01-01 00:00:00+00' WHERE sequence = 1", 1),
        ("UPDATE audit_auditentry SET data = '{}' WHERE sequence = 3", 3),
        ("DELETE FROM audit_auditentry WHERE sequence = 2", 2),
        ("DELETE FROM audit_auditentry WHERE sequence = 3", 3),
        ("DELETE FROM audit_auditentry", 1),
        ("UPDATE audit_auditentry SET sequence = 9 WHERE sequence = 1", 1),
        ("UPDATE audit_audithead SET hash = previous FROM (SELECT '0' AS previous) AS x", 4),
    ],
)
def test_every_break_is_found(cast, unguarded, tamper, position):
    for number in range(3):
        record(actor=cast.actor(Role.OWNER), action="test.act", data={"number": number})
    record(actor=cast.actor(Role.OWNER, cast.other), action="test.act")
    assert all(log.found is None for log in verify_all())
    with connection.cursor() as cursor:
        cursor.execute(tamper)
    found = verify_organisation(cast.company)
    assert found is not None
    assert found.position == position


def test_all_organisations_are_checked(cast):
    record(actor=cast.actor(Role.OWNER), action="test.act")
    logs = verify_all()
    assert {log.organisation.id for log in logs} == {cast.provider.id, cast.company.id, cast.other.id}
    assert sum(log.entries for log in logs) == 1


def recorded_actions():
    """Yield every literal action that the code hands to `record`, directly or through a function of that name."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if not isinstance(node, ast.Call) or not re.search(r"record|_write|_note", name):
                continue
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                for part in ast.walk(argument):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and DOTTED.match(part.value):
                        yield part.value, path.name


def test_every_action_has_a_sentence_and_every_sentence_an_action():
    found = dict(recorded_actions())
    assert len(found) >= 12
    missing = {action: file for action, file in found.items() if action not in catalogue()}
    assert missing == {}
    spare = sorted(set(catalogue()) - set(found))
    assert spare == []


def test_sentences_are_in_both_languages():
    for action, words in catalogue().items():
        assert set(words) == {"ja", "en"}, action
        assert re.search(r"[぀-ヿ一-鿿]", words["ja"]), action
        assert not re.search(r"[぀-ヿ一-鿿]", words["en"]), action
        names = [set(re.findall(r"\{(\w+)(?::word)?\}", text)) - {"step_ja", "step_en"} for text in words.values()]
        assert names[0] == names[1], action


def test_sentence_takes_its_values_as_they_are():
    data = {"name": "{reason} <b>", "before": ["owner"], "after": ["member", "owner"]}
    entry = AuditEntry(action="member.roles_changed", data=data)
    assert sentence(entry, "en") == "changed the roles of {reason} <b> from owner to member, owner"
    assert sentence(entry, "ja") == "{reason} <b> さんの役割を 責任者 から メンバー, 責任者 に変えました"
    assert "?" in sentence(AuditEntry(action="key.revoked", data={}), "ja")
    assert sentence(AuditEntry(action="new.thing", data={}), "ja") == "new.thing"


def page_url(cast):
    return reverse("audit_list", args=[cast.company.id])


def test_page_tells_who_did_what(cast):
    record(actor=cast.actor(Role.ANALYST), action="device.renamed", data={"from": "PC-1", "to": "<経理>"})
    record(actor=cast.actor(Role.OWNER, cast.other), action="device.renamed", data={"from": "b", "to": "他社の端末"})
    page = cast.client(Role.OWNER).get(page_url(cast)).content.decode()
    assert "端末「PC-1」の名前を「&lt;経理&gt;」に変えました" in page
    assert cast.actor(Role.ANALYST).name in page
    assert "他社の端末" not in page
    english = cast.client(Role.OWNER, language="en").get(page_url(cast)).content.decode()
    assert "renamed the device PC-1 to &lt;経理&gt;" in english


def test_page_filters_by_person_action_and_day(cast):
    record(actor=cast.actor(Role.OWNER), action="device.renamed", data={"from": "a", "to": "b"})
    record(actor=cast.actor(Role.ANALYST), action="device.revoked", data={"name": "c"})
    client, today = cast.client(Role.OWNER), timezone.localdate()

    def actions(**query):
        return [line["entry"].action for line in client.get(page_url(cast), query).context["lines"]]

    assert actions() == ["device.revoked", "device.renamed"]
    assert actions(action="device.renamed") == ["device.renamed"]
    assert actions(who=cast.actor(Role.ANALYST).name) == ["device.revoked"]
    assert len(actions(first_day=str(today - timedelta(days=1)), last_day=str(today + timedelta(days=1)))) == 2
    assert actions(last_day=str(today - timedelta(days=2))) == []
    assert actions(first_day=str(today + timedelta(days=2))) == []


def test_bad_day_shows_its_error_and_the_whole_log(cast):
    record(actor=cast.actor(Role.OWNER), action="device.revoked", data={"name": "c"})
    answer = cast.client(Role.OWNER).get(page_url(cast), {"first_day": "yesterday"})
    assert answer.context["form"].errors["first_day"]
    assert len(answer.context["lines"]) == 1


def test_csv_holds_number_sentence_and_hash(cast):
    entry = record(actor=cast.actor(Role.OWNER), action="device.renamed", data={"from": "a", "to": "b"})
    body = cast.client(Role.OWNER).get(page_url(cast), {"format": "csv"}).content.decode()
    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
    assert body.startswith("\ufeff")
    assert (rows[1][0], rows[1][4], rows[1][6]) == ("1", "端末「a」の名前を「b」に変えました", entry.hash)


def test_pages_hold_fifty(cast):
    for _ in range(51):
        record(actor=cast.actor(Role.OWNER), action="device.revoked", data={"name": "c"})
    client = cast.client(Role.OWNER)
    assert len(client.get(page_url(cast)).context["lines"]) == 50
    assert len(client.get(page_url(cast), {"page": 2}).context["lines"]) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ANALYST, 200), (Role.CLAIMS_HANDLER, 200), (Role.MEMBER, 403), (Role.UNDERWRITER, 403)],
)
def test_page_by_role(cast, role, status):
    assert cast.client(role).get(page_url(cast)).status_code == status


def test_log_of_another_company_is_as_if_absent(cast):
    foreign = cast.client(Role.OWNER).get(reverse("audit_list", args=[cast.other.id]))
    absent = cast.client(Role.OWNER).get(reverse("audit_list", args=["00000000-0000-4000-8000-000000000000"]))
    assert foreign.status_code == absent.status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_roles_are_called_as_on_every_other_page(role):
    from django.utils import translation

    for language in ("ja", "en"):
        with translation.override(language):
            assert vocabulary()[role.value][language].lower() == str(role.label).lower()


def test_the_program_is_named_in_words_and_found_by_them(cast):
    from anshin.console.people.access import system_actor

    record(actor=system_actor(cast.company, "anshin user link"), action="sign_in_link.made")
    record(actor=cast.actor(Role.OWNER), action="person.signed_in")
    url = reverse("audit_list", kwargs={"organisation_id": cast.company.id})
    client = cast.client(Role.OWNER)
    page = client.get(url, {"who": "運用担当"}).content.decode()
    assert "運用担当のコマンド" in page
    assert "サインインしました" not in re.sub(r"<option.*?</option>", "", page)
    assert "anshin user link" not in page
    assert "The operator" in cast.client(Role.OWNER, language="en").get(url).content.decode()


def test_a_person_of_the_same_name_stays_a_person(cast):
    entry = AuditEntry(actor_kind="person", actor_name="demo", action="person.signed_in")
    assert doer(entry, "ja") == "demo"
