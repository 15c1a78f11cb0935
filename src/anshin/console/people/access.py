"""Who may: the only way from a request to a company and its objects.

An object of another company, and a company one has nothing to do with, answer exactly like one that does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django_scopes import scopes_disabled

from anshin.console.people.models import ApiKey, Invitation, Membership, Organisation, User
from anshin.console.people.roles import KEY_GRANTS, Permission, Role, permissions_of
from anshin.console.people.tokens import hash_token


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who acts on one company, and what they may do there. Operations write it into the audit log."""

    kind: Literal["person", "key", "device", "system"]
    id: str
    name: str
    organisation: Organisation
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    roles: frozenset[Role] = field(default_factory=frozenset)
    as_provider: bool = False  # provider's person looking at a customer: the band is shown, and the log says so

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds `permission` here."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless this actor holds `permission`."""
        if permission not in self.permissions:
            raise PermissionDenied(permission.value)


def system_actor(organisation: Organisation, name: str) -> Actor:
    """Return the actor for what Anshin does by itself, such as opening a case from a detection."""
    return Actor("system", name, name, organisation, frozenset(Permission))


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return every organisation `user` may look at: their own, and the customers of their provider."""
    own = Membership.objects.filter(user=user).values_list("organisation_id", flat=True)
    providers = Organisation.objects.filter(id__in=own, kind=Organisation.Kind.PROVIDER)
    return (
        (Organisation.objects.filter(id__in=own) | Organisation.objects.filter(provider__in=providers))
        .distinct()
        .order_by("kind", "name")
    )


def actor_for(user: User, organisation_id: UUID | str) -> Actor:
    """Return `user` as an actor on one organisation. Raises Http404 when they have nothing to do with it."""
    organisation = organisations_of(user).filter(id=organisation_id).first()
    if organisation is None:
        raise Http404("no such organisation")
    places = [organisation.id] if organisation.provider_id is None else [organisation.id, organisation.provider_id]
    held = list(Membership.objects.filter(user=user, organisation_id__in=places).values_list("organisation_id", "role"))
    roles = frozenset(Role(role) for _place, role in held)
    return Actor(
        "person",
        str(user.id),
        str(user),
        organisation,
        permissions_of(roles),
        roles,
        as_provider=organisation.provider_id is not None and all(place != organisation.id for place, _role in held),
    )


def actor_for_key(key: ApiKey) -> Actor:
    """Return an API key as an actor on its company."""
    return Actor("key", str(key.id), key.name, key.organisation, KEY_GRANTS[key.scope])


def person_of(actor: Actor) -> User | None:
    """Return the person behind an actor, or None when a key, a device or Anshin itself acts."""
    return User.objects.filter(id=actor.id).first() if actor.kind == "person" else None


def actor_on_provider(user: User, permission: Permission, organisation_id: str = "") -> Actor:
    """Return `user` as an actor on their provider, or on the one named when they belong to several.

    Raises Http404 for someone who holds `permission` at no provider: they need not know that such pages exist.
    """
    own = organisations_of(user).filter(kind=Organisation.Kind.PROVIDER)
    for organisation in own:
        actor = actor_for(user, organisation.id)
        if actor.may(permission) and organisation_id in {"", str(organisation.id)}:
            return actor
    raise Http404("no such page")


def member_or_404(actor: Actor, user_id: UUID) -> User:
    """Return a member of the actor's organisation."""
    found: User = first_or_404(User.objects.filter(id=user_id, memberships__organisation=actor.organisation))
    return found


def invitation_or_404(invitation_id: UUID) -> Invitation:
    """Return an invitation of the company in whose scope this runs, while it waits for its answer."""
    found: Invitation = first_or_404(Invitation.objects.filter(id=invitation_id, accepted_at=None, revoked_at=None))
    return found


def key_or_404(key_id: UUID) -> ApiKey:
    """Return an API key of the company in whose scope this runs."""
    found: ApiKey = first_or_404(ApiKey.objects.filter(id=key_id))
    return found


def invitation_by_token(token: str) -> Invitation | None:
    """Return the invitation that `token` opens. Outside any scope, because the token tells which company it is."""
    with scopes_disabled():
        return (
            Invitation.objects.filter(token_hash=hash_token(token)).select_related("organisation", "invited_by").first()
        )


def key_by_prefix(prefix: str) -> ApiKey | None:
    """Return the API key with this prefix. Outside any scope, because the key tells which company it is."""
    with scopes_disabled():
        return ApiKey.objects.filter(prefix=prefix).select_related("organisation", "organisation__provider").first()


def first_or_404(found: Iterable[Any]) -> Any:
    """Return the first of `found`, or raise Http404 in the one form that every missing object has."""
    for item in found:
        return item
    raise Http404("no such object")
