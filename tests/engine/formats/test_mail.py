"""The readers of mail: names and bodies as mail programs see them, broken ones too, and messages of Outlook."""

import base64
import binascii
import random

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.mail.lzfu import decompressed
from anshin.engine.formats.mail.mime import base64_bytes, decoded, uuencoded
from anshin.engine.formats.mail.msg import parse as parse_msg
from anshin.engine.formats.mail.parser import parse
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.archive_samples import locked_zip
from tests.engine.mail_samples import mail, msg, multipart, tnef, words
from tests.engine.samples import eicar, gap_codes, minimal_pe, noise, reason_codes, zipped

B64 = b"Content-Transfer-Encoding: base64\n\n"
FILE = base64.encodebytes(eicar())


def names(data: bytes) -> list[str]:
    return [m.name for m in parse(data, Budget(Limits())).members]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'Content-Disposition: attachment; filename="a.pdf"', "a.pdf"),
        (b"Content-Disposition: attachment; filename=a.pdf; size=3", "a.pdf"),
        (b"Content-Disposition: attachment;\n filename*=UTF-8''%E8%A6%8B%E7%A9%8D.pdf", "見積.pdf"),
        (
            b"Content-Disposition: attachment; filename*0*=utf-8''%E8%A6%8B;\n filename*1*=%E7%A9%8D; filename*2=.pdf",
            "見積.pdf",
        ),
        (b'Content-Disposition: attachment; filename="=?UTF-8?B?6KaL56mNLnBkZg==?="', "見積.pdf"),
        (b'Content-Type: application/pdf; name="=?ISO-2022-JP?B?GyRCOCtAUSIoGyhCLnBkZg==?="', "見積※.pdf"),
        ('Content-Disposition: attachment; filename="見積.pdf"'.encode("cp932"), "見積.pdf"),
        (b'Content-Disposition: attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
        (b"CONTENT-DISPOSITION : attachment; FILENAME = a.pdf", "a.pdf"),
    ],
)
def test_names_are_read_as_mail_programs_do(field, name):
    assert names(multipart(b"Content-Type: text/plain\n\nhello", field + b"\n" + B64 + FILE)) == [name]


def test_words_in_headers():
    assert decoded("=?utf-8?q?a=20b?= =?utf-8?q?c?=") == "a bc"
    assert decoded("=?x-unknown?b?YQ==?=") == "a"
    assert decoded("plain") == "plain"


@pytest.mark.parametrize(
    ("raw", "data", "whole"),
    [
        (b"aGVsbG8=", b"hello", True),
        (b"aG Vs\r\nbG8=", b"hello", True),
        (b"aGVsbG8=aGVsbG8=", b"hellohello", True),
        (b"a!G#V$s%b&G8=", b"hello", True),
        (b"aGVsbG8", b"hello", False),
        (b"aGVsb", b"hel", False),
        (b"", b"", True),
    ],
)
def test_base64_is_read_tolerantly(raw, data, whole):
    assert base64_bytes(raw) == (data, whole)


OUTSIDE = B64 + base64.encodebytes(zipped({"t.com": eicar(), "a.bin": noise(600)}))
ATTACHED = b"Content-Type: application/octet-stream; name=t.com\n" + B64 + FILE


@pytest.mark.parametrize(
    "data",
    [
        multipart(ATTACHED),
        multipart(ATTACHED).replace(b"\n", b"\r\n"),
        multipart(ATTACHED)[:-9],
        multipart(ATTACHED, said="another"),
        multipart(b"Content-Type: text/plain\n\nhello", behind=OUTSIDE),
        multipart(ATTACHED.replace(b"base64", b"BASE64 ")),
        multipart(b"Content-Type: multipart/mixed; boundary=in\n\n--in\n" + ATTACHED + b"--in--"),
        multipart(b"Content-Type: message/rfc822\n\n" + mail(eicar(), "t.com")),
        multipart(
            b"Content-Type: application/ms-tnef; name=winmail.dat\n" + B64 + base64.encodebytes(tnef("t.com", eicar()))
        ),
        words("hello\n\nbegin 644 t.com\nM6#5/(5`E0$%06S1<4%I8-31(4%XI-T-#*3=]\n`\nend\n"),
        msg(eicar(), "t.com"),
        msg(
            b"x",
            inner={
                "__substg1.0_1000001F": "hello".encode("utf-16-le"),
                "__attach_version1.0_#00000000/__substg1.0_37010102": eicar(),
            },
        ),
    ],
    ids=[
        "plain",
        "crlf",
        "no end",
        "wrong boundary",
        "outside",
        "odd encoding",
        "nested",
        "forwarded",
        "winmail",
        "uu",
        "msg",
        "message in msg",
    ],
)
def test_attachment_comes_out_however_it_is_wrapped(judge, data):
    found = judge(data)
    if b"begin 644" in data:  # half of the test file only: the line is what matters
        assert [c.name for c in found.children] == ["t.com"]
    else:
        assert found.children
        assert any(c.status is Status.MALICIOUS or c.children for c in found.children)


def test_uuencode_of_a_whole_file():
    body = b"".join(binascii.b2a_uu(eicar()[i : i + 45]) for i in range(0, len(eicar()), 45))
    assert uuencoded(b"text\nbegin 644 t.com\n" + body + b"`\nend\n") == [("t.com", eicar())]


def test_boundary_that_is_nowhere_is_never_clean(judge):
    found = judge(multipart(b"Content-Type: text/plain\n\nhello").replace(b"--edge", b"-edge"))
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"damaged"}


@pytest.mark.parametrize("kind", ["multipart/encrypted", "application/pkcs7-mime; smime-type=enveloped-data"])
def test_encrypted_mail_is_a_gap_of_its_own(judge, kind):
    data = words(extra="").replace(b'text/plain; charset="utf-8"', kind.encode())
    assert "encrypted" in gap_codes(judge(data))


def test_signed_mail_is_no_gap(judge):
    data = multipart(
        b"Content-Type: text/plain\n\nhello", b"Content-Type: application/pkcs7-signature; name=smime.p7s\n" + B64
    )
    assert judge(data).status is Status.CLEAN


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: mail(data, "a.zip", "パスワードは tulip-47 です。"),
        lambda data: mail(data, "a.zip", "see the subject", Subject="PW: tulip-47"),
        lambda data: msg(data, "a.zip", "Password: tulip-47"),
        lambda data: msg(data, "a.zip", "", page=b"<p>Password: <b>tulip-47</b></p>"),
        lambda data: multipart(
            b"Content-Type: text/html\n\n<p>Password: <b>tulip-47</b></p>",
            b"Content-Type: application/zip; name=a.zip\n" + B64 + base64.encodebytes(data),
        ),
    ],
)
def test_password_in_the_mail_opens_what_is_attached(judge, wrap):
    found = judge(wrap(locked_zip({"t.com": eicar()}, "tulip-47")))
    assert found.status is Status.MALICIOUS
    assert "archive.password_in_mail" in reason_codes(found)
    program = judge(wrap(locked_zip({"a.exe": minimal_pe()}, "tulip-47")))
    assert program.status in {Status.SUSPICIOUS, Status.MALICIOUS}
    assert "archive.locked_program" in reason_codes(program)
    assert judge(wrap(locked_zip({"a.txt": b"hello"}, "tulip-47"))).status is Status.CLEAN


def test_rich_text_of_outlook_is_unpacked():
    text = b"{\\rtf1 hello}"
    stored = (len(text) + 12).to_bytes(4, "little") + len(text).to_bytes(4, "little") + b"MELA" + bytes(4) + text
    assert decompressed(stored, Budget(Limits())) == text
    literal = b"\0" + text[:8] + b"\x20" + text[8:] + b"\x0d\xc0"
    sizes = (len(literal) + 12).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    assert decompressed(sizes + b"LZFu" + bytes(4) + literal, Budget(Limits())) == text


SEEDS = [
    mail(eicar(), "t.com"),
    multipart(ATTACHED, behind=FILE * 9),
    words(page="<a href=x>y</a>"),
    tnef("a.bin", b"hello"),
]


@pytest.mark.parametrize("data", [*SEEDS, msg(b"hello", "a.bin")])
def test_truncated_or_changed_never_raises(data):
    read = parse_msg if data.startswith(b"\xd0\xcf") else parse
    for length in range(0, len(data), max(1, len(data) // 200)):
        read(data[:length], Budget(Limits()))
    chance = random.Random(5)
    for _ in range(200):
        forged = bytearray(data)
        for _ in range(chance.randint(1, 10)):
            forged[chance.randrange(len(forged))] = chance.randrange(256)
        read(bytes(forged), Budget(Limits()))


@pytest.mark.parametrize(
    "data",
    [
        b"From: a@b.c\nTo: " + b"a" * 300_000 + b"\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 30_000,
        b"Content-Type: text/plain" + b'; a="' * 30_000,
        b"Subject: " + b"=?utf-8?b?" * 30_000,
        words(page="<a href=" * 30_000),
        words(page="<a>" * 30_000),
        words(text="password " * 30_000),
        words(text="begin 644 a\n" * 30_000),
        b"From: " + b"<" * 100_000 + b"\nTo: b@c.d\n\n",
        b"From: " + b"a@" * 100_000 + b"\nTo: b@c.d\n\n",
        b"From: a@b.c\nSubject: x\n " + b" \n" * 100_000,
    ],
)
def test_hostile_mails_end_soon(data):
    parse(data, Budget(Limits(seconds=6)))
