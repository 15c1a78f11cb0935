"""Runs compiled rules over one content and turns matches into reasons."""

import io
import math
from typing import Any

import yara_x

from anshin.engine.budget import Budget
from anshin.engine.content import Content
from anshin.engine.errors import LimitHit
from anshin.engine.names import base_name, safe_name
from anshin.engine.rules.compile import OWN
from anshin.engine.verdict import Place, Reason

OVERLAP = 64 * 1024
USER_WEIGHT = 0.6
"""Weight of a user's rule without one of its own: suspicious, never blocked."""


class RuleScanner:
    """One set of rules, ready to scan; not for several threads at once."""

    def __init__(self, serialised: bytes, *, own_timer: bool = True) -> None:
        """Load rules compiled by `compile_rules`.

        The library's own timer needs a thread; a jailed worker may start none, and its broker watches the time.
        """
        self._own_timer = own_timer
        self._scanner = yara_x.Scanner(yara_x.Rules.deserialize_from(io.BytesIO(serialised)))
        self._scanner.max_matches_per_pattern(100)

    def scan(self, content: Content, *, name: str, kind: str, member: bool, budget: Budget) -> list[Reason]:
        """Return what matched. Raises `LimitHit("time")`.

        Content above `file_bytes` is scanned in overlapping windows; the caller reports that as a gap.
        """
        self._scanner.set_global("file_name", base_name(name).lower())
        self._scanner.set_global("file_kind", kind)
        self._scanner.set_global("is_member", member)
        limits = budget.limits
        if content.size <= limits.file_bytes:
            return self._window(content.read(0, content.size), 0, budget)
        found: dict[str, Reason] = {}
        for start in range(0, content.size, limits.window_bytes):
            window = content.read(start, limits.window_bytes + OVERLAP)
            for reason in self._window(window, start, budget):
                found.setdefault(reason.code, reason)
        return list(found.values())

    def _window(self, data: bytes, start: int, budget: Budget) -> list[Reason]:
        budget.check_time()
        if self._own_timer:
            self._scanner.set_timeout(max(1, math.ceil(budget.seconds_left())))
        try:
            results = self._scanner.scan(data)
        except yara_x.TimeoutError:
            raise LimitHit("time") from None
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # a Rust panic is no Exception to Python
                raise RuntimeError("the rule scanner stopped") from error
            raise
        return [_reason(rule, start) for rule in results.matching_rules]


def _reason(rule: Any, start: int) -> Reason:
    meta = dict(rule.metadata)
    own = rule.namespace == OWN
    title = safe_name(rule.identifier)
    default = f"利用者のルール「{title}」に一致しました。", f'It matches the user\'s rule "{title}".'
    offsets = sorted(m.offset for p in rule.patterns for m in p.matches)
    return Reason(
        code=f"rule.{rule.identifier}" if own else f"rule.user.{title}",
        weight=_weight(meta.get("weight"), USER_WEIGHT),
        ja=_text(meta.get("ja")) or default[0],
        en=_text(meta.get("en")) or default[1],
        attack=tuple(t.strip() for t in _text(meta.get("attack")).split(",") if t.strip()),
        place=Place(offset=start + offsets[0] if offsets else None),
    )


def _weight(value: object, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return min(1.0, max(0.0, float(value)))


def _text(value: object) -> str:
    return safe_name(value[:500]) if isinstance(value, str) else ""
