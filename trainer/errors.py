"""Failures the platform foresees.

TrainerError
    SettingError        the installation is not set up; says the command that mends it
    NotFoundError       nothing of that name is there for this person (404)
    RefusedError        the person may not do this now (403); says why
    InvalidError        what was sent cannot be taken (422); says what to change
    ConflictError       somebody or something was faster (409)
        MissingSavesError  a submission names saves that have not arrived
        KeyReuseError   one key was used for two different saves
    UnavailableError    the database cannot be reached or is busy (503)
"""


def gettext_noop(message: str) -> str:
    """Mark a message that is translated where it is shown."""
    return message


class TrainerError(Exception):
    """Base of every failure a page or a command may explain."""


class SettingError(TrainerError):
    """The installation is not set up; the message says the command that mends it."""


class NotFoundError(TrainerError):
    """Nothing of that name is there for this person."""


class RefusedError(TrainerError):
    """The person may not do this now; the message says why."""


class InvalidError(TrainerError):
    """What was sent cannot be taken; the message says what to change."""


class ConflictError(TrainerError):
    """Somebody or something was faster."""


class MissingSavesError(ConflictError):
    """A submission names saves that have not arrived."""

    def __init__(self, questions: tuple[str, ...]) -> None:
        super().__init__("Some answers have not arrived yet.")
        self.questions = questions


class KeyReuseError(ConflictError):
    """One key was used for two different saves."""


class UnavailableError(TrainerError):
    """The database cannot be reached or is busy."""
