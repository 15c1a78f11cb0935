"""`anshin user …` and `anshin tenant …` on an installation of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from anshin.cli.app import app
from anshin.cli.errors import run
from anshin.console.audit.models import AuditEntry
from anshin.console.people.models import Invitation, Membership, Organisation, User
from anshin.console.people.roles import Role
from tests.console.conftest import make_cast


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def anshin(monkeypatch, capsys, cast):
    """Run a command on the test database; return (exit code, stdout, stderr)."""
    monkeypatch.setattr("anshin.cli.django_setup.start_django", lambda _data: None)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(app, arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def create(anshin, cast, **changed):
    given = {"email": "new@example.test", "name": "New", "organisation": cast.company.name, "role": "member"} | changed
    return anshin("user", "create", "--no-input", *[word for k, v in given.items() for word in (f"--{k}", v)])


def test_user_is_created_without_a_password(anshin, cast):
    code, out, err = create(anshin, cast)
    assert (code, out) == (0, "")
    assert "anshin user link new@example.test" in err
    user = User.objects.get(email="new@example.test")
    assert not user.has_usable_password()
    assert Membership.objects.get(user=user).organisation == cast.company


@pytest.mark.parametrize("named", ["id", "name", "name_en"])
def test_organisation_is_found_by_id_or_name(anshin, cast, named):
    assert create(anshin, cast, organisation=str(getattr(cast.company, named)))[0] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"organisation": "nowhere"}, 3),
        ({"organisation": "00000000-0000-4000-8000-000000000000"}, 3),
        ({"role": "king"}, 2),
        ({"role": "administrator"}, 2),
        ({"email": "nobody"}, 2),
        ({"email": "STRANGER@example.test"}, 5),
    ],
)
def test_user_that_cannot_be_created(anshin, cast, changed, code):
    before = User.objects.count()
    found, out, err = create(anshin, cast, **changed)
    assert (found, out) == (code, "")
    assert err.startswith("anshin: ")
    assert User.objects.count() == before


def test_two_of_one_name_need_an_id(anshin, cast):
    Organisation.objects.create(kind="customer", provider=cast.provider, name=cast.company.name)
    code, _out, err = create(anshin, cast)
    assert code == 5
    assert str(cast.company.id) in err


def test_link_signs_in_once(anshin, cast, client):
    code, out, err = anshin("user", "link", cast.user(cast.company, Role.OWNER).email)
    assert (code, err) == (0, "")
    path = "/enter/" + out.strip().split("/enter/")[1]
    assert [client.post(path).status_code, client.post(path).status_code] == [302, 410]


def test_link_for_nobody_and_for_who_is_switched_off(anshin, cast):
    assert anshin("user", "link", "nobody@example.test")[0] == 3
    User.objects.filter(email="stranger@example.test").update(is_active=False)
    assert anshin("user", "link", "stranger@example.test")[0] == 5


def test_lost_second_factors_are_reset_with_care(anshin, cast):
    from allauth.mfa.models import Authenticator

    analyst = cast.user(cast.provider, Role.ANALYST)
    assert Authenticator.objects.filter(user=analyst).exists()
    assert anshin("user", "reset-second-factor", analyst.email)[0] == 2
    assert Authenticator.objects.filter(user=analyst).exists()
    assert anshin("user", "reset-second-factor", "nobody@example.test", "--yes")[0] == 3
    code, out, _err = anshin("user", "reset-second-factor", analyst.email, "--yes", "--json")
    assert (code, json.loads(out)) == (0, {"email": analyst.email, "removed": 1})
    assert not Authenticator.objects.filter(user=analyst).exists()
    assert AuditEntry.objects.filter(organisation=cast.provider, action="second_factor.reset").count() == 1


def test_list_names_everyone_with_roles(anshin, cast):
    _code, out, _err = anshin("user", "list")
    assert len(out.splitlines()) == User.objects.count()
    assert f"owner @ {cast.company.name}" in out


def test_json_is_one_document_and_errors_have_one_shape(anshin, cast):
    users = json.loads(anshin("user", "list", "--json")[1])["users"]
    assert {user["email"] for user in users} == set(User.objects.values_list("email", flat=True))
    link = json.loads(anshin("user", "link", "stranger@example.test", "--json")[1])
    assert "/enter/" in link["link"]
    code, out, err = anshin("user", "link", "nobody@example.test", "--json")
    assert (code, out) == (3, "")
    assert json.loads(err)["error"] == {
        "code": "not_found",
        "message": json.loads(err)["error"]["message"],
        "field": "email",
    }


def test_company_is_created_and_its_owner_invited(anshin, cast):
    code, out, err = anshin("tenant", "create", "--name", "さくら会計事務所", "--owner", "o@example.test")
    company = Organisation.objects.get(name="さくら会計事務所")
    assert (code, out.strip(), company.provider) == (0, str(company.id), cast.provider)
    assert "/invite/" in err
    with scopes_disabled():
        assert Invitation.objects.get(organisation=company).role == "owner"


def test_company_that_cannot_be_created(anshin, cast):
    assert anshin("tenant", "create", "--name", cast.company.name)[0] == 5
    assert anshin("tenant", "create", "--name", "N", "--provider", cast.company.name)[0] == 2
    assert anshin("tenant", "create", "--name", "N", "--provider", "nowhere")[0] == 3
    Organisation.objects.create(kind="provider", name="Second")
    assert anshin("tenant", "create", "--name", "N")[0] == 2
    assert anshin("tenant", "create", "--name", "N", "--provider", "Second")[0] == 0


def test_company_needs_a_provider_first(anshin, cast):
    Organisation.objects.filter(kind="customer").delete()
    Organisation.objects.filter(kind="provider").delete()
    assert anshin("tenant", "create", "--name", "N")[0] == 3


def test_no_data_folder_is_a_sentence_not_a_traceback(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "anshin.cli", "user", "list", "--data", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
