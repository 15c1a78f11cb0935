"""What can go wrong in the agent, as one small tree. Every error speaks Japanese and English."""

# The names say what happened.
# ruff: noqa: N818

from anshin.agent.sentences import sentence


class AgentError(Exception):
    """Base of the agent's own errors; `ja` and `en` say what happened, where, and how to mend it."""

    def __init__(self, key: str, **values: object) -> None:
        said = sentence(key, **values)
        self.key = key
        self.ja = said.ja
        self.en = said.en
        super().__init__(said.en)


class NotEnrolled(AgentError):
    """There is no device identity in the state folder yet."""


class UnknownItem(AgentError):
    """No quarantined file has this id."""


class NotAllowed(AgentError):
    """The action is forbidden: by the console's deny list, by the console, or for want of a reason."""


class Conflict(AgentError):
    """The state does not fit the action: already enrolled, already restored, already running."""


class NotBlocked(AgentError):
    """A malicious file could not be moved into quarantine and is still in place."""


class ChangedMeanwhile(AgentError):
    """The file is no longer the one that was judged; it must be judged again."""


class Unfinished(AgentError):
    """The file is safely away, but the last entry could not be written; recovery will write it."""


class RestoreFailed(AgentError):
    """A quarantined file could not be put back; it stays in quarantine."""


class DamagedBlob(AgentError):
    """A quarantined copy does not decrypt to what was put in."""


class ConsoleUnreachable(AgentError):
    """No answer, or an answer that is not the console's; trying later may help."""


class ConsoleRefused(AgentError):
    """The console answered with a Problem; trying the same again does not help."""

    def __init__(self, key: str, *, code: str, status: int, **values: object) -> None:
        super().__init__(key, code=code, **values)
        self.code = code
        self.status = status
