"""What may go wrong while training, each with a sentence that says what to do."""


class TrainingError(Exception):
    """Base of all; the text says what, where and how to mend it."""


class CorpusError(TrainingError):
    """A corpus cannot be read, or is not the one that the catalogue names."""


class TableError(TrainingError):
    """A feature table is damaged or was made by another layout of features."""


class SplitError(TrainingError):
    """A split would put the same thing on both sides, or leave a side empty."""
