"""Judges DNS records and TLS facts: RFC 7208 (SPF), RFC 6376 and 8301 (DKIM), RFC 7489 (DMARC), RFC 8996 (TLS)."""

import base64
import binascii
import datetime as dt
from functools import cache
from typing import Any, Literal

from anshin.risk.data import read
from anshin.risk.outside.document import Finding, Level, Outside, Seen
from anshin.risk.text import Bilingual

MAIL = ("spf", "dkim", "dmarc")
SHARE = {"good": 1.0, "weak": 0.5, "missing": 0.0, "unreadable": 0.0}
ENDS_SOON = dt.timedelta(days=14)
SHORT_KEY = 270
"""Bytes of a DER key below which RSA is shorter than 2048 bits; Ed25519 keys are named as such."""
CURRENT = ("TLSv1.2", "TLSv1.3")


def judge(seen: Seen) -> Outside:
    """Return what the facts mean. A check without facts is `not_checked`, never good and never bad."""
    levels: dict[Literal["spf", "dkim", "dmarc", "tls"], tuple[Level, str]] = {
        "spf": _asked(seen.spf, spf),
        "dkim": _asked(seen.dkim, dkim),
        "dmarc": _asked(seen.dmarc, dmarc),
        "tls": tls(seen),
    }
    findings = tuple(
        Finding(id=key, level=level, text=_text(key, level), seen=record[:300])
        for key, (level, record) in levels.items()
    )
    mail = [finding.level for finding in findings if finding.id in MAIL]
    share = None if "not_checked" in mail else round(sum(SHARE[level] for level in mail) / len(MAIL), 4)
    return Outside(domain=seen.domain, at=seen.at, findings=findings, mail_auth_share=share)


def spf(records: tuple[str, ...]) -> tuple[Level, str]:
    """Judge the TXT records of a domain."""
    found = [r.strip() for r in records if r.strip().lower().split(" ", 1)[0] == "v=spf1"]
    if not found:
        return "missing", ""
    record = found[0]
    terms = record.lower().split()[1:]
    if len(found) > 1 or any(term.startswith(("v=", "=")) for term in terms):
        return "unreadable", record
    end = terms[-1] if terms else ""
    redirected = any(term.startswith("redirect=") for term in terms)
    return ("good" if end in ("-all", "~all") or redirected else "weak"), record


def dkim(records: tuple[str, ...]) -> tuple[Level, str]:
    """Judge the TXT records at the selectors that were asked; the best key counts."""
    judged = [(_key(record), record) for record in records if "p=" in record]
    order: list[Level] = ["good", "weak", "unreadable"]
    for level in order:
        for found, record in judged:
            if found == level:
                return level, record
    return "missing", ""


def dmarc(records: tuple[str, ...]) -> tuple[Level, str]:
    """Judge the TXT records of _dmarc."""
    found = [r.strip() for r in records if r.strip().lower().startswith("v=dmarc1")]
    if not found:
        return "missing", ""
    record = found[0]
    policy = _tags(record).get("p", "").lower()
    if len(found) > 1 or policy not in ("none", "quarantine", "reject"):
        return "unreadable", record
    whole = _tags(record).get("pct", "100") == "100"
    return ("good" if policy != "none" and whole else "weak"), record


def tls(seen: Seen) -> tuple[Level, str]:
    """Judge the TLS facts as of the day on which they were seen."""
    if seen.tls_version is None and seen.tls_expires is None and seen.tls_name_matches is None:
        return "not_checked", ""
    words = f"{seen.tls_oldest or '?'} – {seen.tls_version or '?'}, {seen.tls_expires or '?'}"
    if seen.tls_version is None or seen.tls_expires is None or seen.tls_name_matches is None:
        return "unreadable", words
    if not seen.tls_name_matches or seen.tls_expires < seen.at or seen.tls_version not in CURRENT:
        return "missing", words
    old = seen.tls_oldest is not None and seen.tls_oldest not in CURRENT
    return ("weak" if old or seen.tls_expires - seen.at <= ENDS_SOON else "good"), words


def _asked(records: tuple[str, ...] | None, check: Any) -> tuple[Level, str]:
    if records is None:
        return "not_checked", ""
    found: tuple[Level, str] = check(records)
    return found


def _key(record: str) -> Level:
    tags = _tags(record)
    if not tags.get("p"):
        return "unreadable"  # an empty key is a revoked one
    try:
        length = len(base64.b64decode("".join(tags["p"].split()), validate=True))
    except (binascii.Error, ValueError):
        return "unreadable"
    if "y" in tags.get("t", "").lower().split(":"):
        return "weak"
    return "good" if tags.get("k", "rsa").lower() == "ed25519" or length >= SHORT_KEY else "weak"


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a record; only a key (`p` of DKIM) keeps its case."""
    found = {}
    for part in record.split(";"):
        key, _, value = part.partition("=")
        if name := key.strip().lower():
            found[name] = value.strip()
    return found


def _text(key: str, level: str) -> Bilingual:
    found = _sentences()["not_checked"] if level == "not_checked" else _sentences()[key][level]
    return Bilingual(**found)


@cache
def _sentences() -> dict[str, Any]:
    return dict(read("outside/sentences.yaml"))
