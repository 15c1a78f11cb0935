"""The HTML body of a mail: what it shows, where its links lead, and forms that ask for a password."""

import html
import ipaddress
import re

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.mail.attachments import expression
from anshin.engine.formats.mail.sender import owner

_LINK = re.compile(r"<a\b([^<>]{0,4000}+)>((?:[^<]++|<(?!/?a\b)){0,400}+)</a\b", re.IGNORECASE)
_TARGET = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_HOST = re.compile(r"^\s*https?:/{2,}([^/?#\\]*)", re.IGNORECASE)
_DROPPED = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/td|/tr|/li|/h\d)\b[^<>]{0,200}+>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,10000}+>")
SEARCHED = 512 * 1024
MOST_LINKS = 1_000


def shown_text(page: str) -> str:
    """Return what a reader sees of a page, roughly."""
    text = _DROPPED.sub(" ", page[:SEARCHED])
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return html.unescape(text)


def judge_page(page: str, parsed: Parsed) -> None:
    """Add the signs of an HTML body."""
    if expression("form").search(page[:SEARCHED]):
        parsed.sign("mail.form_in_body")
    for n, match in enumerate(_LINK.finditer(page[:SEARCHED])):
        if n >= MOST_LINKS:
            break
        found = _TARGET.search(match[1])
        if not found:
            continue
        target = html.unescape(next((g for g in found.groups() if g is not None), "")).strip()
        _judge_link(target, shown_text(match[2]).strip(), parsed)


def _judge_link(target: str, shown: str, parsed: Parsed) -> None:
    host_match = _HOST.match(target)
    where = f"link {re.sub(r'[^!-~]|,', '_', target)[:120]}"
    if target.lower().startswith(("search-ms:", "ms-msdt:", "file://", "\\\\", "data:text/html", "vbscript:")):
        parsed.sign("mail.link_scheme", where)
    if not host_match:
        return
    user, at, rest = host_match[1].rpartition("@")
    host = rest.partition(":")[0].lower()
    numeric = _is_public_number(host)
    claimed = expression("web_address").search(shown) or expression("plain_address").match(shown)
    differs = bool(claimed and "." in host and owner(claimed[1]) != owner(host))
    if differs:
        parsed.sign("mail.link_differs", where)
    if (at and "." in user.partition(":")[0]) or (differs and (numeric or "xn--" in host)):
        parsed.sign("mail.link_forged", where)
    if expression("link_program").search(re.split(r"[?#]", target[host_match.end() :], maxsplit=1)[0]):
        parsed.sign("mail.link_program", where)


def _is_public_number(host: str) -> bool:
    try:
        return ipaddress.ip_address(int(host) if host.isdigit() else host).is_global
    except ValueError:
        return False
