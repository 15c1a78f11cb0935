"""The verbs of people: sign-in links, invitations, members, API keys, companies and persons.

Not here: who may use them (access.py) and what they look like (views, the command line).
"""

from anshin.console.people.operations.companies import (
    companies_of,
    create_company,
    create_provider,
    note_provider_visit,
    providers,
)
from anshin.console.people.operations.invitations import (
    Invited,
    accept_invitation,
    invite,
    open_invitation,
    resend_invitation,
    revoke_invitation,
    waiting_invitations,
)
from anshin.console.people.operations.keys import MadeKey, create_key, keys_of, note_key_use, revoke_key
from anshin.console.people.operations.members import Member, members_of, people_to_tell, remove_member, set_roles
from anshin.console.people.operations.persons import (
    create_person,
    end_sessions,
    find_person,
    people_of_installation,
    record_for_person,
    reset_second_factor,
    update_profile,
)
from anshin.console.people.operations.sign_in import find_sign_in_link, make_sign_in_link, use_sign_in_link

__all__ = [
    "Invited",
    "MadeKey",
    "Member",
    "accept_invitation",
    "companies_of",
    "create_company",
    "create_key",
    "create_person",
    "create_provider",
    "end_sessions",
    "find_person",
    "find_sign_in_link",
    "invite",
    "keys_of",
    "make_sign_in_link",
    "members_of",
    "note_key_use",
    "note_provider_visit",
    "open_invitation",
    "people_of_installation",
    "people_to_tell",
    "providers",
    "record_for_person",
    "remove_member",
    "resend_invitation",
    "reset_second_factor",
    "revoke_invitation",
    "revoke_key",
    "set_roles",
    "update_profile",
    "use_sign_in_link",
    "waiting_invitations",
]
