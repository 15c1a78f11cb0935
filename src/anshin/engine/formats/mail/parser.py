"""The reader of mail: every attachment and encoded part as a member, the words that may be passwords, and the signs."""

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.mail.attachments import Attachment, judge_attachments
from anshin.engine.formats.mail.mime import DEEPEST, Part, body, decoded, in_charset, parts, uuencoded
from anshin.engine.formats.mail.page import judge_page, shown_text
from anshin.engine.formats.mail.sender import judge_sender
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Member, Problem, odd_name
from anshin.engine.unpack.passwords import learn

_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})
_TEXT_BYTES = 512 * 1024
_LOCKED = frozenset(
    {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)


class _Mail:
    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.parsed = Parsed(family="mail")
        self.fields: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self.pages: list[str] = []
        self.attached: list[Attachment] = []

    def take(self, part: Part) -> None:
        """Take one part, which is no multipart."""
        if part.kind.startswith("multipart/"):
            if part.depth >= DEEPEST:
                self.parsed.problems.append(Problem(gap="depth"))
            return
        if part.kind == "message/rfc822" and part.encoding in _AS_IT_IS:
            self._member(part.name or "message.eml", self.data[part.start : part.end], kind="mail")
            return
        self._take_file(part)

    def _take_file(self, part: Part) -> None:
        plain = part.encoding in _AS_IT_IS
        file = bool(part.names) or part.disposition == "attachment"
        text = part.kind.startswith("text/") and not file and not part.outside
        if plain and text and part.end - part.start > _TEXT_BYTES:
            data, whole = self.data[part.start : part.start + _TEXT_BYTES], True
        else:
            data, whole = body(self.data, part)
        label = part.name or part.kind
        if text:
            self._text(part, data)
        if part.kind == "text/html" or not plain or not text:
            self._member(label, data, kind="html" if part.kind == "text/html" and not file else "")
            if not whole:
                self.parsed.problems.append(Problem(gap="damaged", name=safe_name(label)))
        if file or part.outside:
            self.attached += [Attachment(name, data, part.kind) for name in part.names or [label]]
        if part.outside:
            self.parsed.sign("mail.part_outside", offset=part.start)
        if len(part.names) > 1 and _ending(part.names[0]) != _ending(part.names[1]):
            self.parsed.sign("mail.two_names", f"attachment {safe_name(label).replace(',', '_')[:200]}")

    def _text(self, part: Part, data: bytes) -> None:
        for name, file in uuencoded(data) if part.kind == "text/plain" else []:
            self._member(name, file)
            self.attached.append(Attachment(name, file))
        text = in_charset(data[:_TEXT_BYTES], part.parameters.get("charset", "utf-8"))
        if part.kind == "text/html":
            self.pages.append(text)
            self.texts.append(shown_text(text))
        elif part.kind in {"text/plain", "text/enriched", "text/calendar"}:
            self.texts.append(text)

    def _member(self, name: str, data: bytes, *, kind: str = "") -> None:
        self.budget.spend(len(data))
        room = self.budget.limits.file_bytes
        label = safe_name(name)
        self.parsed.problems += odd_name(label)
        self.parsed.members.append(Member(label, BytesContent(data[:room]), cut=len(data) > room, kind=kind))

    def finish(self) -> Parsed:
        """Judge what was gathered."""
        text = "\n".join(self.texts)
        learn(f"{decoded(self.fields.get('subject', [''])[0])}\n{text}", self.budget)
        judge_sender(self.fields, text, self.parsed)
        for page in self.pages[:20]:
            judge_page(page, self.parsed)
        judge_attachments(self.attached, self.parsed)
        return self.parsed


def _ending(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def parse(data: bytes, budget: Budget) -> Parsed:
    """Read one mail. Raises `LimitHit`."""
    mail = _Mail(data, budget)
    broken = False
    for part in parts(data, budget):
        if not part.depth:
            mail.fields = part.fields
        broken = broken or part.broken
        if part.kind in _LOCKED and "signed" not in part.parameters.get("smime-type", ""):
            mail.parsed.problems.append(Problem(gap="encrypted", name=safe_name(part.name or part.kind)))
        mail.take(part)
    if broken:
        mail.parsed.problems.append(Problem(gap="damaged", detail="format mail"))
    return mail.finish()
