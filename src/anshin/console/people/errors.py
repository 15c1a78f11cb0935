"""What can go wrong with people, each with a sentence a person can act on. Views and the command line show it."""


class PeopleError(Exception):
    """Base of the errors of this app; its text is the sentence to show, in the language of the page."""


class AlreadyExistsError(PeopleError):
    """The person, membership or invitation is there already."""


class LastKeeperError(PeopleError):
    """The act would leave an organisation without anyone who can run it."""


class NotUsableError(PeopleError):
    """A link or an invitation is used, expired, revoked or unknown; it does not say which."""


class WrongRoleError(PeopleError):
    """The role does not exist in this kind of organisation."""
