"""Mails of the kinds that deceive, with nothing in them."""

from tests.engine.indicator_cases.case import Case
from tests.engine.mail_samples import mail, multipart, words

_FORM = b"<html><form action=x><input type='password' name=p></form></html>"
_PLAIN = words()
_BASE64 = b"Content-Transfer-Encoding: base64\n"
_OUTSIDE = (b"QUJD" * 18 + b"\n") * 10


def _page(link: str) -> bytes:
    return words(page=f"<html><body><p>hello</p>{link}</body></html>")


def _named(names: bytes) -> bytes:
    return multipart(b"Content-Type: text/plain\n\nhello", names + _BASE64 + b"\naGVsbG8=")


CASES: dict[str, Case] = {
    "mail.attachment_program": Case(mail(b"nothing", "invoice.scr"), mail(b"nothing", "invoice.pdf")),
    "mail.attachment_posing": Case(mail(b"<html>x", "invoice.pdf.html"), mail(b"<html>x", "minutes.html")),
    "mail.attachment_page": Case(mail(b"<html>x", "a.html"), mail(b"hello", "a.txt")),
    "mail.attachment_form": Case(mail(_FORM, "a.html"), mail(b"<html><form><input type=text></form>", "a.html")),
    "mail.attachment_script": Case(
        mail(b"<html><script>document.write(1)</script>", "a.html"), mail(b"<html><script>var a</script>", "a.html")
    ),
    "mail.attachment_rare": Case(mail(b"nothing", "invoice.img"), mail(b"nothing", "invoice.zip")),
    "mail.form_in_body": Case(words(page=_FORM.decode()), words(page="<html><form><input type=text></form></html>")),
    "mail.link_differs": Case(
        _page('<a href="https://evil.example/x">https://www.bank.example.com/login</a>'),
        _page('<a href="https://login.example.com/x">https://www.example.com/</a>'),
    ),
    "mail.link_forged": Case(
        _page('<a href="http://www.example.com@203.0.113.9/">Log in</a>'),
        _page('<a href="mailto:a@example.com">Write</a>'),
    ),
    "mail.link_program": Case(
        _page('<a href="https://example.com/a/update.exe?x">Update</a>'),
        _page('<a href="https://example.com">Update</a>'),
    ),
    "mail.link_scheme": Case(
        _page('<a href="search-ms:query=x">Open</a>'), _page('<a href="tel:+81300000000">Call</a>')
    ),
    "mail.sender_poses": Case(
        words(From='"info@bank.example.net" <x@evil.example>'), words(From='"info@example.com" <x@mail.example.com>')
    ),
    "mail.sender_own_name": Case(
        words(From='"boss@example.org" <x@evil.example>'), words(From='"boss@example.org" <boss@example.org>')
    ),
    "mail.sender_twice": Case(words(extra="From: c@example.net\n"), _PLAIN),
    "mail.sender_lookalike": Case(words(From="a <a@exаmple.com>"), words(From="a <a@日本語.jp>")),
    "mail.sender_not_proven": Case(
        words(extra="Authentication-Results: mx.example.org; dmarc=fail header.from=example.com\n"),
        words(extra="Authentication-Results: mx.example.org; spf=fail; dkim=pass; dmarc=pass\n"),
    ),
    "mail.sender_claims_own": Case(
        words(From="boss <boss@example.org>", extra="Authentication-Results: mx.example.org; dmarc=fail\n"),
        words(From="boss <boss@example.org>", extra="Authentication-Results: mx.example.org; dmarc=pass\n"),
    ),
    "mail.reply_elsewhere": Case(words(Reply_To="x@evil.example"), words(Reply_To="office@mail.example.com")),
    "mail.asks_payment": Case(words("請求書をお送りします。"), _PLAIN),
    "mail.account_changed": Case(words("振込先の口座が変更になりました。"), words("会議室が変更になりました。")),
    "mail.hurries": Case(words("至急ご確認ください。"), _PLAIN),
    "mail.two_names": Case(
        _named(b'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.docm"\n'),
        _named(b'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="b.pdf"\n'),
    ),
    "mail.part_outside": Case(
        multipart(b"Content-Type: text/plain\n\nhello", behind=b"Content-Type: text/x\n" + _BASE64 + b"\n" + _OUTSIDE),
        multipart(
            b"Content-Type: text/plain\n\nhello", behind=b"_______\nList of those who write\nhttps://example.com\n"
        ),
    ),
    "mail.payment_fraud": Case(
        words("振込先の口座が変更になりました。", Reply_To="x@evil.example"),
        words("振込先の口座が変更になりました。", Reply_To="office@mail.example.com"),
    ),
    "mail.false_boss": Case(
        words("Please make a wire transfer.", From='"boss@example.org" <x@evil.example>'),
        words("Please make a wire transfer.", From='"boss@example.org" <boss@example.org>'),
    ),
}
