"""What DNS records and TLS facts of the own domain mean."""

import base64
import datetime as dt

import pytest
from pydantic import ValidationError

from anshin.risk.outside.document import Seen
from anshin.risk.outside.judge import dkim, dmarc, judge, spf

DAY = dt.date(2026, 11, 25)


def key(bits):
    return base64.b64encode(b"k" * (bits // 8 + 38)).decode()


LONG, SHORT = f"v=DKIM1; k=rsa; p={key(2048)}", f"v=DKIM1; p={key(1024)}"
TLS = {"tls_version": "TLSv1.3", "tls_oldest": "TLSv1.2", "tls_expires": dt.date(2027, 2, 1), "tls_name_matches": True}


def seen(**changes):
    good = {"spf": ["v=spf1 -all"], "dkim": [LONG], "dmarc": ["v=DMARC1; p=reject"], **TLS}
    return Seen.model_validate({"domain": "example.jp", "at": DAY, **good, **changes})


@pytest.mark.parametrize(
    ("records", "level"),
    [
        (("v=spf1 include:mail.example.jp -all",), "good"),
        (("V=SPF1 ip4:192.0.2.1 ~ALL", "other text"), "good"),
        (("v=spf1 redirect=_spf.example.jp",), "good"),
        (("v=spf1 +all",), "weak"),
        (("v=spf1 include:a ?all",), "weak"),
        (("v=spf1",), "weak"),
        (("v=spf1 -all", "v=spf1 ~all"), "unreadable"),
        (("v=spf1 v=spf1 -all",), "unreadable"),
        (("v=spf10 -all",), "missing"),
        ((), "missing"),
    ],
)
def test_spf(records, level):
    assert spf(records)[0] == level


@pytest.mark.parametrize(
    ("records", "level"),
    [
        ((LONG,), "good"),
        ((SHORT, LONG), "good"),
        ((SHORT,), "weak"),
        ((LONG + "; t=y",), "weak"),
        ((f"v=DKIM1; k=ed25519; p={base64.b64encode(b'k' * 32).decode()}",), "good"),
        (("v=DKIM1; p=",), "unreadable"),
        (("v=DKIM1; p=***",), "unreadable"),
        ((), "missing"),
    ],
)
def test_dkim(records, level):
    assert dkim(records)[0] == level


@pytest.mark.parametrize(
    ("records", "level"),
    [
        (("v=DMARC1; p=reject",), "good"),
        (("v=DMARC1;p=QUARANTINE",), "good"),
        (("v=DMARC1; p=none; rua=mailto:a@example.jp",), "weak"),
        (("v=DMARC1; p=reject; pct=20",), "weak"),
        (("v=DMARC1; rua=mailto:a@example.jp",), "unreadable"),
        (("v=DMARC1; p=reject", "v=DMARC1; p=none"), "unreadable"),
        ((), "missing"),
    ],
)
def test_dmarc(records, level):
    assert dmarc(records)[0] == level


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "good"),
        ({"tls_oldest": "TLSv1"}, "weak"),
        ({"tls_expires": "2026-12-09"}, "weak"),
        ({"tls_expires": "2026-11-24"}, "missing"),
        ({"tls_name_matches": False}, "missing"),
        ({"tls_version": "TLSv1.1"}, "missing"),
        ({"tls_expires": None}, "unreadable"),
        (dict.fromkeys(TLS), "not_checked"),
    ],
)
def test_tls(changes, level):
    assert judge(seen(**changes)).findings[-1].level == level


def test_what_was_not_asked_is_neither_good_nor_bad():
    assert judge(seen()).mail_auth_share == 1
    assert judge(seen(dkim=[], dmarc=["v=DMARC1; p=none"])).mail_auth_share == 0.5
    result = judge(seen(dkim=None))
    assert result.mail_auth_share is None
    assert [finding.level for finding in result.findings] == ["good", "not_checked", "good", "good"]
    assert all(finding.text.ja != finding.text.en for finding in result.findings)


@pytest.mark.parametrize("domain", ["", "localhost", "EXAMPLE.jp", "a b.jp", "-a.jp", "a" * 64 + ".jp", "例え.jp"])
def test_what_is_no_domain_is_refused(domain):
    seen()
    with pytest.raises(ValidationError):
        seen(domain=domain)
