"""Who answers the telephone: read on every page, also before anyone has signed in."""

import re
from dataclasses import dataclass

from anshin.console.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Desk:
    """A provider's desk as people see it."""

    name: str
    name_en: str
    phone: str

    @property
    def digits(self) -> str:
        """The number as a `tel:` link wants it."""
        return re.sub(r"(?!^\+)[^0-9]", "", self.phone)


def desks() -> list[Desk]:
    """Return the desks of this installation that can be called. Names of customers are never among them."""
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).exclude(desk_phone="").order_by("name")
    return [_desk(provider) for provider in providers]


def desk_of(organisation: Organisation | None) -> Desk | None:
    """Return the desk for one organisation; without one, the installation's desk where there is exactly one."""
    if organisation is not None:
        provider = organisation.provider or organisation
        return _desk(provider) if provider.desk_phone else None
    found = desks()
    return found[0] if len(found) == 1 else None


def _desk(provider: Organisation) -> Desk:
    return Desk(provider.name, provider.name_en, provider.desk_phone)
