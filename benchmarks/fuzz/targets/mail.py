"""The reader of mail."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import MIB, Limits

_LIMITS = Limits(seconds=5, total_bytes=64 * MIB)
_ATTACHED = b"""From: a@example.com
Subject: hello
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

hello
--b
Content-Type: application/octet-stream; name="a.zip"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a.zip"

aGVsbG8=
--b--
"""
_ENCODED = b"""Subject: =?utf-8?b?44GC?=
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html

=E3=81=82=
"""
_INSIDE = b"""From: a
Content-Type: message/rfc822

From: b
Content-Transfer-Encoding: x-uuencode

begin 644 a
#86)C
`
end
"""
SEEDS: list[bytes] = [_ATTACHED, _ENCODED, _INSIDE]


def run(data: bytes) -> None:
    """Read `data` as a mail."""
    parser = parser_of("mail")
    assert parser is not None
    with contextlib.suppress(LimitHit):
        found = parser(data, Budget(_LIMITS))
        assert all(member.name.isprintable() for member in found.members)
