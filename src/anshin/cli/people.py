"""`anshin user …` and `anshin tenant …`: argument parsing and printing only."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from anshin.cli import django_setup
from anshin.cli.errors import CONFLICT, NOT_FOUND, USAGE, CliError

if TYPE_CHECKING:
    from anshin.console.people.models import Organisation, User

user = typer.Typer(name="user", help="The people of an installation.", no_args_is_help=True, rich_markup_mode=None)
tenant = typer.Typer(name="tenant", help="The customer companies.", no_args_is_help=True, rich_markup_mode=None)

Data = Annotated[Path | None, typer.Option(help="Data folder; ANSHIN_DATA or ./data when left out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; the person gets no password.")]


def _begin(data: Path | None) -> None:
    """Set up Django, and let it speak the language of the terminal."""
    django_setup.start_django(data)
    from django.utils import translation

    from anshin.console.web.operate.words import terminal_language

    translation.activate(terminal_language())


def _(sentence: str) -> str:
    from django.utils.translation import gettext

    return gettext(sentence)


def _refuse(exit_code: int, sentence: str, *, field: str = "") -> CliError:
    """Return the error for `sentence`; its stable code follows from the exit code."""
    codes = {USAGE: "usage", NOT_FOUND: "not_found", CONFLICT: "conflict"}
    return CliError(sentence, code=codes[exit_code], exit_code=exit_code, field=field)


@user.command("create")
def create(
    *,
    email: Annotated[str, typer.Option(help="E-mail address; people sign in with it.")],
    name: Annotated[str, typer.Option(help="Name as others see it.")],
    organisation: Annotated[str, typer.Option(help="Name or id of the provider or company.")],
    role: Annotated[
        str, typer.Option(help="owner, member, administrator, analyst, curator, underwriter or claims_handler.")
    ],
    data: Data = None,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Add a person. On a terminal a password is asked for; without one, `anshin user link` lets them in."""
    _begin(data)
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from anshin.console.people.errors import AlreadyExistsError, WrongRoleError
    from anshin.console.people.operations import create_person
    from anshin.console.people.roles import Role

    place = _organisation(organisation)
    if role not in Role.values:
        told = _("There is no role “{role}”. Roles: {roles}.").format(role=role, roles=", ".join(Role.values))
        raise _refuse(USAGE, told, field="role")
    try:
        validate_email(email)
    except ValidationError as error:
        raise _refuse(USAGE, _("“{email}” is no e-mail address.").format(email=email), field="email") from error
    password = "" if no_input or not sys.stdin.isatty() else _ask_password(email, name)
    try:
        made = create_person(email=email, name=name, organisation=place, role=Role(role), password=password or None)
    except AlreadyExistsError as error:
        raise _refuse(CONFLICT, str(error), field="email") from error
    except WrongRoleError as error:
        raise _refuse(USAGE, str(error), field="role") from error
    if as_json:
        _print({"id": str(made.id), "email": made.email, "organisation": str(place.id), "role": role})
    if not password:
        told = _("{email} has no password. `anshin user link {email}` lets them in once.").format(email=made.email)
        typer.echo(told, err=True)


@user.command("link")
def link(
    email: Annotated[str, typer.Argument(help="E-mail address of the person.")],
    *,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the link can be used.")] = 15,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Print a link that signs a person in, once. Hand it only to that person."""
    _begin(data)
    from django.conf import settings

    from anshin.console.people.operations import make_sign_in_link

    person = _person(email)
    if not person.is_active:
        told = _("The account of {email} is switched off; a link would not open.").format(email=email)
        raise _refuse(CONFLICT, told, field="email")
    url = settings.CONFIG.public_url + make_sign_in_link(user=person, minutes=minutes)
    if as_json:
        _print({"email": person.email, "link": url, "minutes": minutes})
    else:
        typer.echo(url)


@user.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Argument(help="E-mail address of the person.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether this is the right person.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove the second factors of someone who lost them all. Be sure that it is really that person who asks."""
    _begin(data)
    from anshin.console.people import operations

    person = _person(email)
    if not yes and not (
        sys.stdin.isatty() and typer.confirm(_("Remove every second factor of {email}?").format(email=email))
    ):
        raise _refuse(USAGE, _("Nothing was changed. Repeat with --yes."), field="yes")
    removed = operations.reset_second_factor(user=person)
    if as_json:
        _print({"email": person.email, "removed": removed})
    else:
        typer.echo(
            _("{email}: {count} removed. They can set up a new one after signing in.").format(
                email=person.email, count=removed
            )
        )


@user.command("list")
def list_people(*, data: Data = None, as_json: Json = False) -> None:
    """Print everyone with their roles."""
    _begin(data)
    from anshin.console.people.operations import people_of_installation

    rows = [_row(person) for person in people_of_installation()]
    if as_json:
        _print({"users": rows})
        return
    for row in rows:
        roles = ", ".join(f"{held['role']} @ {held['organisation']}" for held in row["roles"]) or "-"
        typer.echo(f"{row['email']}\t{row['name']}\t{roles}")


@tenant.command("create")
def create_tenant(
    *,
    name: Annotated[str, typer.Option(help="Name of the company.")],
    name_en: Annotated[str, typer.Option("--name-en", help="Its name in English.")] = "",
    owner: Annotated[str, typer.Option(help="E-mail address of the first owner, who is then invited.")] = "",
    provider: Annotated[str, typer.Option(help="Name or id of the provider, where there are several.")] = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a customer company. With --owner an invitation goes out, or is printed when no mail server is set."""
    _begin(data)
    from django.conf import settings

    from anshin.console.people.access import system_actor
    from anshin.console.people.operations import companies_of, create_company

    house = _provider(provider)
    if companies_of(provider=house).filter(name=name).exists():
        told = _("{provider} already has a company named {name}.").format(provider=house.name, name=name)
        raise _refuse(CONFLICT, told, field="name")
    company, invited = create_company(
        actor=system_actor(house, "anshin tenant create"), name=name, name_en=name_en, owner_email=owner
    )
    url = settings.CONFIG.public_url + invited.path if invited and not invited.delivery.sent else ""
    if as_json:
        _print({"id": str(company.id), "name": company.name, "invitation": url})
        return
    typer.echo(str(company.id))
    if invited:
        by_hand = invited.delivery.reason + " " + _("Hand this link to {owner}: {url}").format(owner=owner, url=url)
        typer.echo(by_hand if url else _("An invitation went to {owner}.").format(owner=owner), err=True)


def _person(email: str) -> "User":
    from anshin.console.people.operations import find_person

    person = find_person(email)
    if person is None:
        told = _("Nobody here has the address {email}. `anshin user list` shows everyone.").format(email=email)
        raise _refuse(NOT_FOUND, told, field="email")
    return person


def _organisation(named: str) -> "Organisation":
    """Return the one organisation with this id or exact name; exit 3 when there is none, 5 when there are several."""
    from django.db.models import Q

    from anshin.console.people.models import Organisation

    by_name = Q(name=named) | Q(name_en=named)
    found = list(Organisation.objects.filter(Q(id=UUID(named)) if _is_uuid(named) else by_name)[:2])
    if not found:
        names = ", ".join(Organisation.objects.order_by("kind", "name").values_list("name", flat=True)[:20])
        told = _("There is no organisation “{name}”. There are: {names}.").format(name=named, names=names or "-")
        raise _refuse(NOT_FOUND, told, field="organisation")
    if len(found) > 1:
        ids = ", ".join(str(organisation.id) for organisation in found)
        told = _("Several organisations are named “{name}”. Use an id: {ids}.").format(name=named, ids=ids)
        raise _refuse(CONFLICT, told, field="organisation")
    return found[0]


def _provider(named: str) -> "Organisation":
    from anshin.console.people.operations import providers

    if named:
        house = _organisation(named)
        if house.kind != house.Kind.PROVIDER:
            told = _("{name} is a customer company, not a provider.").format(name=house.name)
            raise _refuse(USAGE, told, field="provider")
        return house
    houses = list(providers()[:2])
    if not houses:
        raise _refuse(NOT_FOUND, _("There is no provider yet. Open the set-up link that `anshin up` prints."))
    if len(houses) > 1:
        raise _refuse(USAGE, _("There are several providers. Name one with --provider."), field="provider")
    return houses[0]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _ask_password(email: str, name: str) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from anshin.console.people.models import User

    while True:
        asked = _("Password (empty for none)")
        password = str(typer.prompt(asked, default="", show_default=False, hide_input=True, err=True))
        if not password:
            return ""
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            typer.echo(" ".join(error.messages), err=True)
            continue
        if typer.prompt(_("The same again"), hide_input=True, err=True) == password:
            return password
        typer.echo(_("The two are not the same."), err=True)


def _row(person: "User") -> dict[str, Any]:
    held = person.memberships.all()
    return {
        "id": str(person.id),
        "email": person.email,
        "name": person.name,
        "active": person.is_active,
        "roles": [{"role": m.role, "organisation": m.organisation.name, "id": str(m.organisation_id)} for m in held],
    }


def _print(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False))
