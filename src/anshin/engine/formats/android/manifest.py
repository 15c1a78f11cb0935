"""What an app says of itself: permissions it asks for, and parts that the system starts."""

from dataclasses import dataclass, field

from anshin.engine.formats.android.axml import Document

PARTS = frozenset({"activity", "activity-alias", "service", "receiver", "provider"})


@dataclass(slots=True)
class Part:
    """An activity, service, receiver or provider with the intents that start it."""

    tag: str
    name: str
    permission: str
    exported: bool
    actions: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    priority: int = 0


@dataclass(slots=True)
class Manifest:
    """The manifest; short names without the prefixes `android.permission.` and `android.intent.action.`."""

    package: str = ""
    label: str = ""
    oldest: int = 0
    target: int = 0
    debuggable: bool = False
    cleartext: bool = False
    permissions: frozenset[str] = frozenset()
    parts: list[Part] = field(default_factory=list)
    damage: tuple[str, ...] = ()
    there: bool = False

    def guarded_by(self, permission: str) -> bool:
        """Whether a part may be called by the system only, by this permission: what the part is for."""
        return any(p.permission.rsplit(".", 1)[-1] == permission for p in self.parts)

    @property
    def actions(self) -> frozenset[str]:
        """Every intent that starts a part, without `android.intent.action.`."""
        return frozenset(a.removeprefix("android.intent.action.") for p in self.parts for a in p.actions)

    @property
    def launcher(self) -> bool:
        """Whether the app has an icon."""
        return any({"LAUNCHER", "LEANBACK_LAUNCHER"} & {c.rsplit(".", 1)[-1] for c in p.categories} for p in self.parts)


def manifest(document: Document) -> Manifest:
    """Return what the document says."""
    found = Manifest(damage=tuple(dict.fromkeys(document.damage)), there=bool(document.elements))
    permissions: set[str] = set()
    part: Part | None = None
    for element in document.elements:
        tag, given = element.tag, element.attributes
        if tag == "manifest":
            found.package = given.get("package", "")
        elif tag == "uses-sdk":
            found.oldest, found.target = _number(given.get("minSdkVersion")), _number(given.get("targetSdkVersion"))
        elif tag.startswith("uses-permission"):
            permissions.add(given.get("name", "").removeprefix("android.permission."))
        elif tag == "application":
            found.label = given.get("label", "")
            found.debuggable = _number(given.get("debuggable")) != 0
            found.cleartext = _number(given.get("usesCleartextTraffic")) != 0
        elif tag in PARTS:
            part = Part(
                tag, given.get("name", ""), given.get("permission", ""), given.get("exported", "0") not in {"0", ""}
            )
            found.parts.append(part)
        elif part is not None:
            _filter(part, tag, given)
    found.permissions = frozenset(permissions)
    return found


def _filter(part: Part, tag: str, given: dict[str, str]) -> None:
    if tag == "intent-filter":
        part.priority = max(part.priority, _number(given.get("priority")))
    elif tag == "action":
        part.actions.append(given.get("name", ""))
    elif tag == "category":
        part.categories.append(given.get("name", ""))


def _number(text: str | None) -> int:
    """Return a number as Android writes it: 32 bits, negative ones in two's complement."""
    if text is None or not text.isdecimal():
        return 0
    value = int(text)
    return value - (1 << 32) if value >= 1 << 31 else value
