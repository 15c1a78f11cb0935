"""The readers of mail: MIME and Outlook's messages."""

from anshin.engine.limits import MIB, Limits
from benchmarks.fuzz.reading import read_as
from tests.engine.mail_samples import mail, msg, multipart, tnef, words

SEEDS: list[bytes] = [
    mail(b"hello", "a.txt", "Password: tulip-47"),
    multipart(b"Content-Type: text/html\n\n<a href=https://example.com>example.net</a>", behind=b"QUJD" * 200),
    words("begin 644 a\n#86)C\n`\nend\n", Reply_To="=?utf-8?q?a?= <b@example.net>"),
    mail(tnef("a.bin", b"hello"), "winmail.dat"),
    msg(b"hello", "a.txt", page=b"<p>hello</p>"),
]
_LIMITS = Limits(seconds=5, total_bytes=64 * MIB)


def run(data: bytes) -> None:
    """Read `data` as a mail or as a message, by its beginning; only a limit may end it."""
    read_as("msg" if data.startswith(b"\xd0\xcf\x11\xe0") else "mail", data, _LIMITS)
