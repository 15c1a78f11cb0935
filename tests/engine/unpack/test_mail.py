import base64
from email.message import EmailMessage

import pytest

from anshin.engine.verdict import Status
from tests.engine.samples import eicar, gap_codes, zipped


def mail(data: bytes, name: str = "test.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "hello"
    message.set_content("hello\n")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


@pytest.mark.parametrize("data", [eicar(), zipped({"a.com": eicar()})], ids=["plain", "zip"])
def test_attachments_are_scanned_and_named(judge, data):
    found = judge(mail(data).as_bytes())
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member.startswith("test.com")
    assert judge(mail(b"harmless").as_bytes()).status is Status.CLEAN


def test_mail_inside_a_mail_is_opened(judge):
    outer = mail(b"x", "x.bin")
    outer.add_attachment(mail(eicar()))
    assert judge(outer.as_bytes()).status is Status.MALICIOUS


def test_body_that_is_one_encoded_part_is_scanned(judge):
    message = EmailMessage()
    message["From"], message["To"] = "a@example.com", "b@example.com"
    message.set_content(eicar(), maintype="application", subtype="octet-stream")
    assert judge(message.as_bytes()).status is Status.MALICIOUS


def test_part_that_cannot_be_decoded_is_never_clean(judge):
    text = mail(b"harmless" * 20).as_bytes()
    at = text.index(b"\n\naGFy") + 2
    found = judge(text[: at + 30])
    assert found.status is Status.INCOMPLETE
    assert "damaged" in gap_codes(found)


def test_plain_mail_is_clean_and_a_name_that_leaves_the_folder_is_told(judge):
    assert judge(b"From: a@example.com\nTo: b@example.com\n\nhello\n").status is Status.CLEAN
    found = judge(mail(b"x", "../../x.com").as_bytes())
    assert "archive.traversal" in {r.code for r in found.reasons}


@pytest.mark.parametrize("depth", [20, 3000])
def test_deeply_nested_mail_is_never_clean(judge, depth):
    parts = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (d, d) for d in range(depth)]
    inner = b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(eicar())
    found = judge(b"From: a@example.com\nTo: b@example.com\n" + b"".join(parts) + inner)
    assert found.status in {Status.MALICIOUS, Status.INCOMPLETE}
