"""PDFs. Attacks are imitated by their outline only: no code in them would do anything anywhere."""

import base64
import struct

from tests.engine.indicator_cases.case import Case
from tests.engine.pdf_samples import at_click, attached, encrypted, on_open, pdf, stream

_HELLO = b"app.alert('Welcome');"
_PLAIN = pdf()
_FORM = pdf(
    {
        10: b"<</FT/Tx/T(sum)/Subtype/Widget/Rect[0 0 9 9]"
        b"/AA<</C<</S/JavaScript/JS(AFSimple_Calculate\\('SUM', ['a']\\);)>>>>>>"
    },
    catalog=b"/AcroForm<</Fields[10 0 R]>>",
    page=b"/Annots[10 0 R]",
)
_WORDS = b"unescape('" + b"".join(b"%%u%02x%02x" % (n, n) for n in range(0x41, 0x4A)) + b"');"
_FILL = b"var a = " + _WORDS + b" while (a.length < 9000) a += a;"
_UNPACK = b"var p = unescape('%61'); eval(p + String.fromCharCode(98, 99) + unescape('%64'));"
_MANY = b"/Filter[/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode]"


def _hex3(data: bytes) -> bytes:
    for _ in range(3):
        data = data.hex().encode() + b">"
    return data


def _launch(target: bytes, *, auto: bool = False) -> bytes:
    action = b"<</S/Launch/Win<</F(%s)/P(%s)>>>>"
    name, _, words = target.partition(b" ")
    value = action % (name, words)
    return pdf({10: value}, catalog=b"/OpenAction 10 0 R") if auto else at_click(value)


def _link(address: bytes, *, whole_page: bool = False) -> bytes:
    action = b"<</S/URI/URI(%s)>>" % address
    return at_click(action, b"[0 0 600 800]") if whole_page else at_click(action)


def _font(unique_name: bytes) -> bytes:
    """A font that holds nothing but the table in question."""
    table = bytes(16) + unique_name + bytes(20)
    font = b"\0\1\0\0" + struct.pack(">HHHH", 1, 16, 0, 0) + b"SING" + struct.pack(">III", 0, 28, len(table)) + table
    return pdf({10: stream(font, b"/Length1 %d" % len(font), flate=True)})


def _tiff(values: int) -> bytes:
    """An XFA form with a picture whose directory has `values` dot ranges."""
    picture = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x150, 1, values, 0) + bytes(40)
    xml = (
        b'<xdp:xdp><template><image contentType="image/tif">'
        + base64.b64encode(picture)
        + b"</image></template></xdp:xdp>"
    )
    return pdf({10: stream(xml, flate=True)}, catalog=b"/AcroForm<</XFA 10 0 R/Fields[]>>")


def _jbig2(referred: int, subtype: bytes = b"/Subtype/Image") -> bytes:
    """A segment header of JBIG2 that refers to `referred` others."""
    count = (
        bytes([referred << 5]) if referred < 5 else struct.pack(">I", 7 << 29 | referred) + bytes((referred + 8) // 8)
    )
    segment = struct.pack(">IB", 1, 48) + count + bytes(referred) + b"\1" + struct.pack(">I", 4) + b"data"
    return pdf({10: stream(segment, b"/Filter/JBIG2Decode" + subtype)})


def _signed(extra: bytes) -> bytes:
    """A document with a signature over all of its first part, and `extra` behind it."""
    text = _PLAIN.replace(
        b"%%EOF", b"10 0 obj<</Type/Sig/ByteRange[0 0000100 0000200 %07d]>>endobj\n%%%%EOF" % (len(_PLAIN) - 200)
    )
    return text + bytes(100).replace(b"\0", b" ") + extra


_ADDED = (
    b"10 0 obj<</S/JavaScript/JS(%s)>>endobj 1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 10 0 R>>endobj\n%%%%EOF\n"
)
_EXPORT = b"this.exportDataObject({ cName: 'a', nLaunch: 2 });"
_ATTACK = on_open(_FILL + b" Collab.getIcon(a);")
_SHARE = b"<</S/GoToE/F(\\\\\\\\203.0.113.9\\\\a.pdf)/D[0/Fit]>>"
_SUBMIT = b"<</S/SubmitForm/F<</FS/URL/F(https://example.com/form)>>>>"

CASES: dict[str, Case] = {
    "pdf.javascript": Case(_FORM, _PLAIN),
    "pdf.javascript_auto": Case(on_open(_HELLO), _FORM),
    "pdf.script_opens_web": Case(on_open(b"app.launchURL('https://example.com');"), on_open(_HELLO)),
    "pdf.web_auto": Case(
        pdf({10: b"<</S/URI/URI(https://example.com/)>>"}, catalog=b"/OpenAction 10 0 R"),
        _link(b"https://example.com/"),
    ),
    "pdf.xfa": Case(_tiff(2), _FORM),
    "pdf.film": Case(pdf({10: b"<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>"}, page=b"/Annots[10 0 R]"), _PLAIN),
    "pdf.attachment": Case(attached(b"data.csv", b"a,b\n1,2\n"), _PLAIN),
    "pdf.form_sent": Case(at_click(_SUBMIT), _FORM),
    "pdf.launch": Case(_launch(b"chapter2.pdf"), _link(b"https://example.com/chapter2.pdf")),
    "pdf.launch_auto": Case(_launch(b"chapter2.pdf", auto=True), _launch(b"chapter2.pdf")),
    "pdf.share_link": Case(at_click(_SHARE), at_click(b"<</S/GoToR/F(chapter2.pdf)/D[0/Fit]>>")),
    "pdf.link_program": Case(_link(b"https://example.com/files/setup.exe"), _link(b"https://example.com/files/")),
    "pdf.link_archive": Case(_link(b"https://example.com/files/a.zip?x=1"), _link(b"https://example.zip")),
    "pdf.link_number": Case(_link(b"http://93.184.216.34/x"), _link(b"http://192.168.0.1/printer")),
    "pdf.page_is_link": Case(_link(b"https://example.com/sale", whole_page=True), _link(b"https://example.com/sale")),
    "pdf.not_first": Case(b"GIF89a" + bytes([200, 1] * 50) + _PLAIN, b"\r\n" + _PLAIN),
    "pdf.behind_end": Case(_PLAIN + b"words " * 400, _PLAIN + b"\r\n" * 900),
    "pdf.malformed": Case(_PLAIN.replace(b"startxref", b"startyref"), _PLAIN),
    "pdf.encrypted_open": Case(encrypted(_HELLO), on_open(_HELLO)),
    "pdf.password_known": Case(
        encrypted(_HELLO, b"infected"), encrypted(_HELLO, b"nobody would guess this"), clean=False
    ),
    "pdf.names_disguised": Case(
        pdf(catalog=b"/#4fpen#41ction 10 0 R", extra={10: b"<</S/J#61vaScript/#4aS(x=1;)>>"}),
        pdf({10: b"<</Type/Font/BaseFont/Arial#2cBold/Name/F#31#20x>>"}),
    ),
    "pdf.script_unpacks": Case(on_open(_UNPACK), on_open(b"var f = 'a' + unescape('%20'); app.alert(f);")),
    "pdf.script_from_text": Case(
        on_open(b"var s = this.getAnnots()[0].subject; var f = 'ev'; app[f + 'al'](unescape(s));"),
        on_open(b"var s = this.getAnnots()[0].subject; app.alert(s.replace(/a/, 'b'));"),
    ),
    "pdf.script_machine_code": Case(on_open(b"var a = " + _WORDS), on_open(b"var a = unescape('%u3042%u3044');")),
    "pdf.script_fills_memory": Case(on_open(_FILL), on_open(b"var a = 'x'; while (a.length < 8) a += a;")),
    "pdf.script_vulnerable_call": Case(
        on_open(b"media.newPlayer(null);"), on_open(b"util.printd('yyyy', new Date());")
    ),
    "pdf.script_opens_attachment": Case(on_open(_EXPORT), on_open(b"this.exportDataObject({ cName: 'a.csv' });")),
    "pdf.script_sends_form": Case(on_open(b"this.submitForm('https://example.com');"), on_open(_HELLO)),
    "pdf.form_sent_auto": Case(pdf({10: _SUBMIT}, catalog=b"/OpenAction 10 0 R"), at_click(_SUBMIT)),
    "pdf.script_packed_often": Case(
        pdf({10: b"<</S/JavaScript/JS 11 0 R>>", 11: stream(_hex3(_HELLO), _MANY)}, catalog=b"/OpenAction 10 0 R"),
        on_open(_HELLO),
    ),
    "pdf.script_unreadable": Case(
        on_open(b"var q = '" + b"8f3k" * 300 + b"'; var z = unescape(q);"),
        on_open(b"var list = ['" + b"A place in Japan', '" * 60 + b"']; app.alert(list[0]);"),
    ),
    "pdf.only_script": Case(on_open(b"var n = 0;\n" * 200, content=b"q Q"), on_open(b"var n = 0;\n" * 200)),
    "pdf.launch_program": Case(_launch(b"viewer.exe chapter2"), _launch(b"chapter2.pdf")),
    "pdf.launch_shell": Case(_launch(b"cmd.exe /c dir"), _launch(b"chapter2.pdf")),
    "pdf.attachment_program": Case(attached(b"run.exe", b"not a program at all"), attached(b"table.xlsx", b"nothing")),
    "pdf.attachment_office": Case(attached(b"letter.docm", b"nothing"), attached(b"letter.docx", b"nothing")),
    "pdf.attachment_page": Case(attached(b"page.html", b"words"), attached(b"page.txt", b"words")),
    "pdf.share_auto": Case(pdf({10: _SHARE}, page=b"/AA<</O 10 0 R>>"), at_click(_SHARE)),
    "pdf.link_posing": Case(_link(b"https://www.example.com@203.0.113.5/a"), _link(b"mailto:office@example.com")),
    "pdf.link_scheme": Case(_link(b"search-ms:query=a&crumb=location:b"), _link(b"tel:+81300000000")),
    "pdf.page_link_download": Case(
        _link(b"https://example.com/invoice.zip", whole_page=True), _link(b"https://example.com/", whole_page=True)
    ),
    "pdf.packed_often": Case(pdf({10: stream(_hex3(b"words"), _MANY)}), pdf({10: stream(b"words", flate=True)})),
    "pdf.program_hidden": Case(
        pdf({10: stream(b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200), flate=True)}),
        pdf({10: stream(b"MZ is how this text begins, and it goes on for a while with nothing in it" * 9, flate=True)}),
        clean=True,
    ),
    "pdf.picture_no_picture": Case(_jbig2(1, b""), _jbig2(1)),
    "pdf.picture_forged": Case(_jbig2(5000), _jbig2(1)),
    "pdf.changed_after_signing": Case(_signed(_ADDED % b"x=1;"), _signed(b"11 0 obj<</Type/Annot>>endobj\n" * 9)),
    "pdf.launch_fetches": Case(_launch(b"cmd.exe /c echo words > a.txt & start a.txt"), _launch(b"chapter2.pdf")),
    "pdf.script_overflow": Case(on_open(b"util.printf('%4" + b"5000f', 1);"), on_open(b"util.printf('%.2f', 1);")),
    "pdf.font_overflow": Case(_font(b"A" * 28), _font(b"Name".ljust(28, b"\0"))),
    "pdf.form_picture_forged": Case(_tiff(5000), _tiff(2)),
    "pdf.attack_on_reader": Case(_ATTACK, on_open(_HELLO)),
    "pdf.opens_attached_program": Case(
        attached(b"run.exe", b"nothing", _EXPORT), attached(b"run.csv", b"nothing", _HELLO)
    ),
    "pdf.opens_attached_page": Case(attached(b"a.html", b"nothing", _EXPORT), attached(b"a.html", b"nothing")),
    "pdf.starts_program": Case(_launch(b"viewer.exe chapter2", auto=True), _launch(b"viewer.exe chapter2")),
    "pdf.hidden_script_runs": Case(
        on_open(_UNPACK), pdf({10: b"<</S/JavaScript/JS 11 0 R>>", 11: stream(_HELLO)}, catalog=b"/OpenAction 10 0 R")
    ),
    "pdf.disguised_script_runs": Case(
        pdf(catalog=b"/OpenAction 10 0 R", extra={10: b"<</S/J#61vaScript/JS(x=1;)>>"}), on_open(_HELLO)
    ),
    "pdf.hidden_text_runs": Case(
        on_open(b"var s = this.getAnnots()[0].subject; eval(unescape(s.split('z').join(String.fromCharCode(37))));"),
        on_open(b"var s = this.getAnnots()[0].subject; app.alert(s.split('z').join('a'));"),
    ),
}
