"""What can go wrong in operation. The command line prints the sentence and ends with the code."""


class OperationError(Exception):
    """Something that a person must mend. The message says what, where and how."""

    exit_code = 1


class MissingError(OperationError):
    """What was named is not there."""

    exit_code = 3


class ConflictError(OperationError):
    """It clashes with what is there already: another instance, a folder that is not empty, newer data."""

    exit_code = 5
