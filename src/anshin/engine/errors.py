"""What may go wrong in the engine itself. A bad file is never an error: it is a verdict with gaps."""


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class JailError(EngineError):
    """The worker processes could not be started at all."""


class ListError(EngineError):
    """A list of hashes has a line that is not a SHA-256."""


class LimitHit(EngineError):  # noqa: N818 -- it is a signal inside one scan, not a failure
    """A limit was reached; `code` is the code of the gap that follows from it."""

    def __init__(self, code: str) -> None:
        """Remember which limit it was."""
        super().__init__(code)
        self.code = code


class ModelError(EngineError):
    """A model package must not be used; `code` says why, `ja` and `en` in words."""

    def __init__(self, code: str) -> None:
        """Take the words from `models/words.yaml`."""
        from anshin.engine.wording import load_data

        words = load_data("models/words.yaml")["refused"][code]
        self.code, self.ja, self.en = code, str(words["ja"]), str(words["en"])
        super().__init__(self.en)
