"""Which role may do what: one table, default deny. The permission matrix in the docs is generated from it."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in an organisation. The first two exist in customers, the others in providers."""

    OWNER = "owner", _("Owner")
    MEMBER = "member", _("Member")
    ADMINISTRATOR = "administrator", _("Administrator")
    ANALYST = "analyst", _("Analyst")
    CURATOR = "curator", _("Curator")
    UNDERWRITER = "underwriter", _("Underwriter")
    CLAIMS_HANDLER = "claims_handler", _("Claims handler")


CUSTOMER_ROLES = (Role.OWNER, Role.MEMBER)
PROVIDER_ROLES = (Role.ADMINISTRATOR, Role.ANALYST, Role.CURATOR, Role.UNDERWRITER, Role.CLAIMS_HANDLER)


class Permission(StrEnum):
    """One thing a person, or an API key, may do with one company (or, for `provider.*`, with the provider itself)."""

    COMPANY_VIEW = "company.view"
    DEVICE_VIEW = "device.view"
    DEVICE_MANAGE = "device.manage"  # enrol, rename, revoke, change protection
    DETECTION_VIEW = "detection.view"
    DETECTION_HANDLE = "detection.handle"  # restore from quarantine, allow and deny lists
    CASE_VIEW = "case.view"
    CASE_WORK = "case.work"  # tick steps, write notes, hand over to the desk
    CASE_DESK = "case.desk"  # take over, close: the provider's desk
    DIAGNOSIS_VIEW = "diagnosis.view"
    DIAGNOSIS_WORK = "diagnosis.work"  # answer the questions, ask for a new calculation
    PEOPLE_VIEW = "people.view"
    PEOPLE_MANAGE = "people.manage"  # invite, change roles, remove
    KEY_MANAGE = "key.manage"
    AUDIT_VIEW = "audit.view"
    PROVIDER_VIEW = "provider.view"  # the board of all companies
    PROVIDER_MANAGE = "provider.manage"  # add companies, mail settings
    MODEL_REVIEW = "model.review"  # see models and drift, decide on reports of false alarms
    MODEL_MANAGE = "model.manage"  # upload models, roll them out and back


_READ = {
    Permission.COMPANY_VIEW,
    Permission.DEVICE_VIEW,
    Permission.DETECTION_VIEW,
    Permission.CASE_VIEW,
    Permission.DIAGNOSIS_VIEW,
}
_CUSTOMER_WORK = _READ | {Permission.CASE_WORK, Permission.DIAGNOSIS_WORK, Permission.PEOPLE_VIEW}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(
        _CUSTOMER_WORK
        | {
            Permission.DEVICE_MANAGE,
            Permission.DETECTION_HANDLE,
            Permission.PEOPLE_MANAGE,
            Permission.KEY_MANAGE,
            Permission.AUDIT_VIEW,
        }
    ),
    Role.MEMBER: frozenset(_CUSTOMER_WORK),
    Role.ADMINISTRATOR: frozenset(set(Permission)),
    Role.ANALYST: frozenset(
        _CUSTOMER_WORK
        | {
            Permission.DEVICE_MANAGE,
            Permission.DETECTION_HANDLE,
            Permission.CASE_DESK,
            Permission.AUDIT_VIEW,
            Permission.PROVIDER_VIEW,
            Permission.MODEL_REVIEW,
        }
    ),
    Role.CURATOR: frozenset({Permission.COMPANY_VIEW, Permission.DEVICE_VIEW, Permission.PROVIDER_VIEW}),
    Role.UNDERWRITER: frozenset(_READ | {Permission.PROVIDER_VIEW}),
    Role.CLAIMS_HANDLER: frozenset(_READ | {Permission.PROVIDER_VIEW, Permission.AUDIT_VIEW}),
}

KEY_GRANTS: dict[str, frozenset[Permission]] = {
    "read": frozenset(_READ),
    "write": frozenset(_READ | {Permission.CASE_WORK, Permission.DETECTION_HANDLE, Permission.DIAGNOSIS_WORK}),
}
"""What an API key of each scope may do in its one company."""


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything that any of `roles` allows."""
    return frozenset().union(*(GRANTS[role] for role in roles))


def roles_in(kind: str) -> tuple[Role, ...]:
    """Return the roles that exist in an organisation of `kind` ("provider" or "customer")."""
    return PROVIDER_ROLES if kind == "provider" else CUSTOMER_ROLES


def keeper_role(kind: str) -> Role:
    """Return the role that runs an organisation of `kind`; one person at least must always have it."""
    return Role.ADMINISTRATOR if kind == "provider" else Role.OWNER
