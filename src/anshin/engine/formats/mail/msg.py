"""Outlook messages (MSG, MS-OXMSG): body, attachments and messages inside messages, from the streams of the container.

The library extract-msg has a licence that does not go with ours; the streams are few and named by numbers.
"""

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.mail.attachments import Attachment, judge_attachments
from anshin.engine.formats.mail.lzfu import decompressed
from anshin.engine.formats.mail.mime import in_charset
from anshin.engine.formats.mail.page import judge_page, shown_text
from anshin.engine.formats.mail.sender import judge_sender
from anshin.engine.formats.ole.container import Container, Entry, NotOle, open_container
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Member, Problem, odd_name
from anshin.engine.unpack.passwords import learn

_MOST_ATTACHMENTS = 2_000
_MOST_MESSAGES = 50
_STREAM = "__substg1.0_"
_ATTACHMENT = "__attach_version1.0_"
_FIELDS = {
    "0037": "subject",
    "0C1A": "name",
    "5D01": "address",
    "0C1F": "sender",
    "0050": "reply-to",
    "0E04": "to",
    "007D": "header",
}
_TEXT_BYTES = 512 * 1024


class _Message:
    def __init__(self, box: Container, budget: Budget) -> None:
        self.box = box
        self.budget = budget
        self.parsed = Parsed(family="mail")
        self.attached: list[Attachment] = []
        self._streams: dict[str, dict[str, Entry]] = {}
        for entry in box.streams():
            folder, _, name = entry.path.rpartition("/")
            if name.lower().startswith(_STREAM):
                self._streams.setdefault(folder, {})[name[len(_STREAM) :].upper()] = entry

    def text(self, folder: str, tag: str) -> str:
        """Return a text property, Unicode before bytes."""
        streams = self._streams.get(folder, {})
        if entry := streams.get(f"{tag}001F"):
            return self.box.read(entry, _TEXT_BYTES).decode("utf-16-le", "replace").rstrip("\0")
        if entry := streams.get(f"{tag}001E"):
            return in_charset(self.box.read(entry, _TEXT_BYTES).rstrip(b"\0"), "utf-8")
        return ""

    def data(self, folder: str, tag: str) -> bytes | None:
        """Return a property of bytes; None where there is none."""
        entry = self._streams.get(folder, {}).get(f"{tag}0102")
        return None if entry is None else self.box.read(entry, self.budget.limits.file_bytes)

    def read(self, folder: str) -> None:
        """Read the message whose streams stand in `folder`."""
        page = self.data(folder, "1013")
        shown = in_charset(page[:_TEXT_BYTES], "utf-8") if page else self.text(folder, "1013")
        body = self.text(folder, "1000")
        rich = self.data(folder, "1009")
        if shown:
            self._member("(HTML)", shown.encode("utf-8", "replace"), kind="html")
            judge_page(shown, self.parsed)
        if rich and (plain := decompressed(rich, self.budget)):
            self._member("(RTF)", plain)
            body = body or plain[:_TEXT_BYTES].decode("latin-1")
        text = f"{body}\n{shown_text(shown)}"
        fields = {name: self.text(folder, tag) for tag, name in _FIELDS.items()}
        learn(f"{fields['subject']}\n{text}", self.budget)
        judge_sender(self._header(fields), text, self.parsed)

    def _header(self, fields: dict[str, str]) -> dict[str, list[str]]:
        address = fields["address"] or fields["sender"]
        found = {"from": [f"{fields['name']} <{address}>"], "to": [fields["to"]], "subject": [fields["subject"]]}
        for line in fields["header"].replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").split("\n")[:500]:
            name, colon, value = line.partition(":")
            if colon and name.lower() in {"reply-to", "authentication-results", "to"}:
                found.setdefault(name.lower(), []).append(value.strip())
        return found

    def attachments(self) -> None:
        """Take out every attachment, at whatever depth it stands."""
        folders = dict.fromkeys(f for f in self._streams if f.rpartition("/")[2].lower().startswith(_ATTACHMENT))
        for n, folder in enumerate(folders):
            self.budget.check_time()
            if n >= _MOST_ATTACHMENTS:
                self.parsed.problems.append(Problem(gap="members"))
                return
            name = self.text(folder, "3707") or self.text(folder, "3704") or self.text(folder, "3001")
            data = self.data(folder, "3701")
            if data is not None:
                self._member(name or f"attachment {n + 1}", data)
                self.attached.append(Attachment(name, data, self.text(folder, "370E").lower()))

    def _member(self, name: str, data: bytes, *, kind: str = "") -> None:
        self.budget.spend(len(data))
        label = safe_name(name)
        self.parsed.problems += odd_name(label)
        self.parsed.members.append(Member(label, BytesContent(data), kind=kind))

    def messages(self) -> list[str]:
        """Return the folders of the message itself and of those attached to it as messages."""
        inner = [f for f in self._streams if f.lower().endswith(f"/{_STREAM}3701000d")]
        return ["", *inner[:_MOST_MESSAGES]]


def parse(data: bytes, budget: Budget) -> Parsed:
    """Read one message. Raises `LimitHit`."""
    try:
        message = _Message(open_container(data), budget)
    except NotOle:
        return Parsed(family="mail", problems=[Problem(gap="damaged", detail="format msg")])
    for folder in message.messages():
        message.read(folder)
    message.attachments()
    judge_attachments(message.attached, message.parsed)
    if message.box.damage:
        message.parsed.problems.append(Problem(gap="damaged", detail="format msg"))
    return message.parsed
