"""Decoders: from a script text to the texts and files that it hides, by computing what is constant; nothing is run.

`fold` is the constant-folding core of all languages; beside it stand the wrappers that are no expressions.
"""

from collections.abc import Callable, Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode import batch, blobs, encoder, fold, javascript, powershell, shell
from anshin.engine.formats.script.decode.lex import grammar
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.decode.reveal import reveal
from anshin.engine.formats.script.source import Source
from anshin.engine.wording import load_data

__all__ = ["Piece", "load_decoder_tables", "pieces", "reveal"]

Decoder = Callable[[Source, Budget], Iterator[Piece]]
_ANY: tuple[Decoder, ...] = (powershell.encoded_commands, blobs.blobs)
_DECODERS: dict[str, tuple[Decoder, ...]] = {
    "powershell": (fold.folded, *_ANY),
    "command": (batch.expanded, fold.folded, *_ANY),
    "javascript": (encoder.encoded, javascript.unpacked, fold.folded, *_ANY),
    "vbscript": (encoder.encoded, fold.folded, *_ANY),
    "vba": (fold.folded, *_ANY),
    "wsf": (encoder.encoded, *_ANY),
    "asp": (encoder.encoded, *_ANY),
    "batch": (batch.expanded, batch.commands, *_ANY),
    "shell": (shell.expanded, *_ANY),
    "python": (fold.folded, *_ANY),
    "php": (fold.folded, *_ANY),
}


def pieces(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield what each decoder of the language finds in the text."""
    for decoder in _DECODERS.get(source.language, _ANY):
        yield from decoder(source, budget)


def load_decoder_tables() -> None:
    """Read the grammars and the tables of the decoders."""
    for language in _DECODERS:
        grammar(language)
    encoder.decode("")
    load_data(encoder.DATA)
    load_data(batch.DATA)
