"""What a PDF does, and when: actions, whether they run by themselves or at a click (ISO 32000-1, 12.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.lexer import Ref
from anshin.engine.formats.pdf.scan import Entry

MOST_ACTIONS = 2_000
MOST_HOLDERS = 1_000
_PAGE_EVENTS = ("O", "C", "PO", "PV", "PI", "PC")
_DOCUMENT_EVENTS = ("WC", "WS", "DS", "WP", "DP")


@dataclass(frozen=True, slots=True)
class Action:
    """One action dictionary, and how it is set off."""

    kind: str  # its /S: JavaScript, Launch, URI ...
    value: dict[str, Any]
    auto: bool  # without a click of the reader: at opening, at turning a page, at closing
    number: int  # of the object in which it stands


class Actions:
    """All actions of a document."""

    def __init__(self, document: Document) -> None:
        """Walk from where actions are set off; then take those that nothing seems to set off."""
        self._document = document
        self._seen: set[int] = set()
        self.found: list[Action] = []
        self.page_events = 0
        self.script_names = 0
        self.missing = False  # something is to run by itself that is not there
        self._openings()
        for entry in document.with_name("AA", MOST_HOLDERS):
            self._events(entry)
        self._named_scripts()
        for name in ("JS", "Launch", "GoToR", "GoToE", "SubmitForm", "ImportData", "Rendition", "JavaScript"):
            for entry in document.with_name(name, MOST_HOLDERS):
                for value in _dictionaries(document.value(entry)):
                    self._from(value, entry.number, auto=False)

    def _openings(self) -> None:
        for entry in self._document.with_name("OpenAction", 64):
            value = self._document.dictionary(self._document.value(entry)).get("OpenAction")
            if value is not None:
                self._from(value, entry.number, auto=True)
        for trailer in self._document.trailers:
            root = self._document.dictionary(trailer.get("Root"))
            self._from(root.get("OpenAction"), 0, auto=True)

    def _named_scripts(self) -> None:
        for entry in self._document.with_name("JavaScript", MOST_HOLDERS):
            for value in _named(self._document.value(entry), "JavaScript"):
                if not isinstance(value, str):
                    self._tree(value, entry.number)

    def of(self, kind: str) -> list[Action]:
        """Return the actions of one kind."""
        return [a for a in self.found if a.kind == kind]

    def _events(self, entry: Entry) -> None:
        for holder in _dictionaries(self._document.value(entry)):
            events = self._document.dictionary(holder.get("AA"))
            for key in (*_PAGE_EVENTS, *_DOCUMENT_EVENTS):
                if key == "C" and holder.get("Type") != "Page" and "FT" in holder:
                    continue  # of a form field: calculation
                if key in events:
                    self.page_events += key in _PAGE_EVENTS
                    self._from(events[key], entry.number, auto=True)

    def _tree(self, root: Any, number: int) -> None:
        """Take the scripts in the tree of names: a reader runs all of them when it opens the document."""
        todo, seen = [root], 0
        while todo and seen < MOST_HOLDERS:
            seen += 1
            node = self._document.dictionary(todo.pop())
            kids = self._document.array(node.get("Kids"))
            todo += kids[:MOST_HOLDERS]
            for item in self._document.array(node.get("Names"))[: 2 * MOST_HOLDERS]:
                if not isinstance(item, bytes):
                    self.script_names += 1
                    self._from(item, number, auto=True)

    def _from(self, value: Any, number: int, *, auto: bool) -> None:
        """Take an action and what follows it."""
        todo = [(value, number)]
        while todo and len(self.found) < MOST_ACTIONS:
            item, at = todo.pop()
            if isinstance(item, Ref):
                at = item.number
                self.missing = self.missing or (auto and self._document.entry(item) is None)
            action = self._document.follow(item)
            if isinstance(action, list):
                todo += [(i, at) for i in action[:64] if isinstance(i, Ref | dict)]
                continue
            if not isinstance(action, dict) or id(action) in self._seen:
                continue
            kind = action.get("S")
            if not isinstance(kind, str):
                if "JS" not in action:
                    continue
                kind = "JavaScript"
            self._seen.add(id(action))
            self.found.append(Action(str(kind), action, auto, at))
            if "JS" in action and kind != "JavaScript":  # a rendition may carry a script as well
                self.found.append(Action("JavaScript", action, auto, at))
            todo.append((action.get("Next"), at))


def _named(value: Any, name: str) -> Iterator[Any]:
    for found in _dictionaries(value):
        if name in found:
            yield found[name]


def _dictionaries(value: Any) -> Iterator[dict[str, Any]]:
    """Yield a dictionary and those that stand in it."""
    todo, seen = [value], 0
    while todo and seen < 5_000:
        seen += 1
        item = todo.pop()
        if isinstance(item, dict):
            yield item
            todo += item.values()
        elif isinstance(item, list):
            todo += item
