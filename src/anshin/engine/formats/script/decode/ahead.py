"""A look ahead from a token: which expressions surely fail, and what stands alone, without computing anything.

Most brackets of a program hold a name that nobody knows, and most strings are no part of a longer expression.
"""

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.expression import CLOSE, LEVELS, NESTED, Expressions
from anshin.engine.formats.script.decode.lex import Grammar, Tokens

_PLAIN = 4096
"""Characters of a value that is surely no error: Python refuses to read numbers of more than 4,300 digits."""
_VALUES = frozenset("snr")
_BEGINS = frozenset({"-", "~", "+", "@", "$", "["})
"""Signs that an expression may begin with, besides a bracket."""


class Ahead(Expressions):
    """Expressions that can be told beforehand; they count the steps that computing would have taken."""

    def __init__(self, tokens: Tokens, rules: Grammar, budget: Budget) -> None:
        """Know what the language opens and what goes on behind a value."""
        super().__init__(tokens, rules, budget)
        self._opens = frozenset({"("} if self.powershell else {"(", "["})
        self._goes_on = LEVELS.keys() | ({".", "[", ","} if self.powershell else {".", "["})

    def fails(self, at: int) -> bool:
        """Whether `expression(at)` surely raises `UnknownError`; it only goes over brackets and plain values."""
        size = len(self.texts)
        close, steps, depth = "", 1, 1
        while at < size and depth <= NESTED:
            kind = self.kinds[at]
            if kind == "i":
                if self._is_known(at):
                    return False
                break
            if kind in _VALUES:
                before, at = at, self._after_value(at, close)
                if not at:
                    return False
                steps += 1 + (before + 2 < size)
            elif kind == "o" and self.texts[at] in self._opens:
                close = CLOSE[self.texts[at]]
                at = self.past_lines(at + 1)
                if self.is_sign(at, close):
                    return False
                steps, depth = steps + 1, depth + 1
            elif kind == "o" and (self.texts[at] in _BEGINS or self.texts[at].lower() == "-join"):
                return False
            else:
                break
        self.steps += steps
        return True

    def _after_value(self, at: int, close: str) -> int:
        """Return where the next value of a list is, behind a value and a comma; 0 where it is another thing."""
        if not close or self.powershell or len(self.texts[at]) > _PLAIN or not self.is_sign(at + 1, ","):
            return 0
        after = self.past_lines(at + 2)
        return 0 if self.is_sign(after, close) else after

    def _is_known(self, at: int) -> bool:
        """Whether the name at `at` may be a variable with a value, or a function that is called."""
        word, functions = self.texts[at], self.rules.functions
        lower = word.lower()
        if lower == "new" or self.key(word) in self.known:
            return True
        if self.is_sign(at + 1, "."):
            lower, at = self.dotted(at)
            return (lower in functions or lower.rpartition(".")[2] in functions) and self.is_sign(at, "(")
        return lower in functions and self.is_sign(at + 1, "(")

    def alone(self, at: int) -> int:
        """Return the end of a string or of empty brackets at `at` that nothing joins on to; 0 where more may follow."""
        kinds, texts = self.kinds, self.texts
        end = at + 1
        if kinds[at] != "s":
            if texts[at] not in self._opens or not self.is_sign(end, CLOSE[texts[at]]):
                return 0
            end += 1
        if end < len(texts):
            kind = kinds[end]
            if kind == "s" or (kind == "o" and texts[end].lower() in self._goes_on):
                return 0
            self.steps += kind == "o" and end + 1 < len(texts)
        self.steps += 1
        return end
