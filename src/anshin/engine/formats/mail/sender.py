"""Who the mail says it is from, and what contradicts that."""

import re
import unicodedata

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.mail.attachments import expression
from anshin.engine.formats.mail.mime import decoded
from anshin.engine.wording import load_data

_ADDRESS = re.compile(r"([\w.+\-=/!#$%&'*?^`{|}~]{1,64})@([\w\-]{1,63}(?:\.[\w\-]{1,63})+)")
_FAILED = re.compile(r"\bdmarc\s*=\s*fail", re.IGNORECASE)
_SPF_FAILED = re.compile(r"\bspf\s*=\s*(?:hard)?fail", re.IGNORECASE)
_DKIM_PASSED = re.compile(r"\bdkim\s*=\s*pass", re.IGNORECASE)
Fields = dict[str, list[str]]


def owner(host: str) -> str:
    """Return the part of a host name that one owner registers."""
    labels = host.lower().strip(".").split(".")
    shared = load_data("formats/mail/words.yaml")["shared"]
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in shared else labels[-2:])


def judge_sender(fields: Fields, text: str, parsed: Parsed) -> None:
    """Add the signs of the header; `text` is what the reader sees."""
    sender = decoded(fields.get("from", [""])[0])
    shown, address = _split(sender)
    domain = address.rpartition("@")[2]
    own = {
        owner(d) for f in ("to", "cc", "delivered-to") for v in fields.get(f, []) for _, d in _ADDRESS.findall(v)[:50]
    }
    other = _ADDRESS.search(shown)
    if other and domain and owner(other[2]) != owner(domain):
        parsed.sign("mail.sender_own_name" if owner(other[2]) in own else "mail.sender_poses", "header From")
    if len(fields.get("from", [])) > 1:
        parsed.sign("mail.sender_twice", "header From")
    if domain and _mixed(domain):
        parsed.sign("mail.sender_lookalike", "header From")
    answer = _split(decoded(fields.get("reply-to", [""])[0]))[1].rpartition("@")[2]
    if answer and domain and owner(answer) != owner(domain):
        parsed.sign("mail.reply_elsewhere", "header Reply-To")
    results = " ".join(fields.get("authentication-results", []))[:20_000]
    if _FAILED.search(results) or (_SPF_FAILED.search(results) and not _DKIM_PASSED.search(results)):
        parsed.sign("mail.sender_not_proven", "header Authentication-Results")
        if domain and owner(domain) in own:
            parsed.sign("mail.sender_claims_own", "header From")
    seen = f"{decoded(fields.get('subject', [''])[0])}\n{text[:100_000]}"
    for code, name in (
        ("mail.asks_payment", "payment"),
        ("mail.account_changed", "changed"),
        ("mail.hurries", "urgent"),
    ):
        if expression(name).search(seen):
            parsed.sign(code)


def _split(value: str) -> tuple[str, str]:
    """Return what is shown, and the address: the last one in angle brackets."""
    shown, bracket, rest = value.rpartition("<")
    match = _ADDRESS.search(rest)
    if bracket and match:
        return shown, f"{match[1]}@{match[2]}".lower()
    return "", match[0].lower() if match else ""


def _mixed(domain: str) -> bool:
    """Whether a label mixes scripts that no language mixes (Latin with Cyrillic or Greek), plainly or as xn--."""
    for label in domain.split("."):
        text = label
        if label.startswith("xn--"):
            try:
                text = label[4:].encode("ascii").decode("punycode")
            except UnicodeError:
                continue
        scripts = {unicodedata.name(c, "?").split(" ")[0] for c in text if c.isalpha()}
        if len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
            return True
        foreign_end = domain.rpartition(".")[2].startswith("xn--")  # a whole name in that script is honest there
        if (
            label.startswith("xn--")
            and not foreign_end
            and scripts == {"CYRILLIC"}
            and not set(text) - set("аеорсухіјѕԁһьѵԛԝ")
        ):
            return True
    return False
