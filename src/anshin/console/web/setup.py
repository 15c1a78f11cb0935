"""The set-up of an empty installation: one link, three steps, done once.

The link stands for whoever started the server; nothing else proves who may make the first administrator.
"""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, actor_for, system_actor
from anshin.console.people.models import Membership, Organisation, User
from anshin.console.people.operations import create_company, create_person, create_provider, providers
from anshin.console.people.operations.invitations import Invited
from anshin.console.people.roles import Role
from anshin.console.people.tokens import hash_token, new_token
from anshin.console.web.models import Installation

Step = Installation.SetUpStep


class AlreadySetUpError(Exception):
    """The installation has a provider already; people come in by sign-in link or invitation."""


@dataclass(frozen=True, slots=True)
class FirstProvider:
    """What the first step asks for."""

    name: str
    name_en: str
    language: str
    desk_phone: str
    person_name: str
    email: str
    password: str


def is_set_up() -> bool:
    """Whether the installation has left its set-up behind: the wizard was finished, or a provider came another way."""
    installation = Installation.current()
    if installation.set_up_at is not None:
        return True
    return installation.set_up_step == Step.PROVIDER and providers().exists()


def make_setup_link() -> str:
    """Return the path of the wizard with a fresh one-time token; an earlier link stops working.

    Also continues a wizard that was left half-way. Raises AlreadySetUpError when there is nothing to set up.
    """
    token, token_hash = new_token()
    with transaction.atomic():
        installation = _locked()
        if is_set_up():
            raise AlreadySetUpError
        installation.set_up_token_hash = token_hash
        installation.save(update_fields=["set_up_token_hash"])
    return reverse("setup", args=[token])


def current_step(token: str) -> Step | None:
    """Return the step that `token` may do now, or None: wrong token, or nothing left to set up."""
    installation = Installation.current()
    if not installation.set_up_token_hash or hash_token(token) != installation.set_up_token_hash or is_set_up():
        return None
    return Step(installation.set_up_step)


def do_first_step(token: str, answers: FirstProvider) -> User:
    """Make the provider and its administrator. Raises AlreadySetUpError when someone else was faster."""
    with transaction.atomic():
        _at(token, Step.PROVIDER)
        provider = create_provider(
            name=answers.name, name_en=answers.name_en, language=answers.language, desk_phone=answers.desk_phone
        )
        administrator = create_person(
            email=answers.email,
            name=answers.person_name,
            organisation=provider,
            role=Role.ADMINISTRATOR,
            password=answers.password,
            actor=system_actor(provider, "set-up"),
        )
        _go_on(Step.COMPANY)
    return administrator


def do_company_step(
    token: str, *, name: str, name_en: str = "", language: str = "ja", owner_email: str = ""
) -> tuple[Organisation, Invited | None]:
    """Make the first customer company, and invite its owner when an address is given."""
    with transaction.atomic():
        _at(token, Step.COMPANY)
        made = create_company(
            actor=_administrator(), name=name, name_en=name_en, language=language, owner_email=owner_email
        )
        _go_on(Step.MAIL)
    return made


def skip_company_step(token: str) -> None:
    """Go on without a customer company; one can be added from the board at any time."""
    with transaction.atomic():
        _at(token, Step.COMPANY)
        _go_on(Step.MAIL)


def finish(token: str) -> None:
    """Close the wizard for good; its link answers like any page that does not exist."""
    with transaction.atomic():
        installation = _at(token, Step.MAIL)
        installation.set_up_at, installation.set_up_token_hash = timezone.now(), ""
        installation.save(update_fields=["set_up_at", "set_up_token_hash"])
        record(
            actor=_administrator(),
            action="installation.set_up",
            object_kind="installation",
            data={"mail": bool(installation.mail_host)},
        )


def _locked() -> Installation:
    Installation.current()
    return Installation.objects.select_for_update().get()


def _at(token: str, step: Step) -> Installation:
    installation = _locked()
    if current_step(token) != step:
        raise AlreadySetUpError
    return installation


def _go_on(step: Step) -> None:
    Installation.objects.update(set_up_step=step)


def administrator() -> User:
    """Return the first administrator of the first provider: the person who went through the wizard."""
    return (
        Membership.objects.filter(organisation=providers()[0], role=Role.ADMINISTRATOR).select_related("user")[0].user
    )


def _administrator() -> Actor:
    return actor_for(administrator(), providers()[0].id)
