"""The reader of PDF: what it finds, what it survives, and that nothing it could not read is called clean."""

import base64
import io
import random
import zlib

import pikepdf
import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.filters import decode
from anshin.engine.formats.pdf.lexer import Name, Ref, read_value, text_of
from anshin.engine.formats.pdf.parser import parse
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.pdf_samples import attached, encrypted, object_stream, on_open, pdf, stream
from tests.engine.samples import eicar, gap_codes, reason_codes

SCRIPT = b"app.alert('Welcome');"
ACTION = b"<</S/JavaScript/JS(app.alert\\(1\\);)>>"


def read(data: bytes, **limits: float) -> Parsed:
    return parse(data, Budget(Limits(**limits)))  # type: ignore[arg-type]


def codes(data: bytes) -> set[str]:
    return {s.code for s in read(data).signs}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"<</A 1/B[2 0 R true null]>>", {"A": 1, "B": [Ref(2, 0), True, None]}),
        (b"(a\\(b\\)\\101\\\n(c))", b"a(b)A(c)"),
        (b"<48 65 6c6C6>", b"Hell`"),
        (b"/J#61va", "Java"),
        (b"% words\n [1 -2.5 .5]", [1, -2.5, 0.5]),
        (b"<</A<</B/C", {"A": {"B": "C"}}),
        (b"<</A /B 5 /C 6>>", {"A": "B", "C": 6}),
        (b"]", None),
        (b"", None),
    ],
)
def test_values_are_read_even_where_they_do_not_end(text, value):
    assert read_value(text) == value


def test_names_and_text_strings():
    assert isinstance(read_value(b"/A"), Name)
    assert text_of("あ".encode("utf-16-be").join([b"\xfe\xff", b""])) == "あ"
    assert text_of("\ufeffé".encode()) == "é"


@pytest.mark.parametrize("depth", [10, 1000, 100_000])
def test_deep_nesting_ends(depth):
    read_value(b"[" * depth)
    read_value(b"<</A" * depth + b">>" * depth)


def ascii85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def run_length(data: bytes) -> bytes:
    return b"".join(bytes([len(data[i : i + 128]) - 1]) + data[i : i + 128] for i in range(0, len(data), 128)) + b"\x80"


WORDS = b"The quick brown fox jumps over the lazy dog. " * 30


@pytest.mark.parametrize(
    ("names", "packed"),
    [
        (["FlateDecode"], zlib.compress(WORDS)),
        (["ASCIIHexDecode"], WORDS.hex().encode() + b">"),
        (["ASCII85Decode"], ascii85(WORDS)),
        (["RunLengthDecode"], run_length(WORDS)),
        (["ASCII85Decode", "FlateDecode"], ascii85(zlib.compress(WORDS))),
        (["AHx", "A85", "Fl"], ascii85(zlib.compress(WORDS)).hex().encode()),
    ],
)
def test_filters_undo_what_was_done(names, packed):
    assert decode(packed, names, [], 1 << 20, Budget(Limits())) == (WORDS, True)


def lzw(data: bytes) -> bytes:
    """Only literals, with a clear code every 200: enough to follow the widths."""
    bits = ""
    for n, byte in enumerate(data):
        if n % 200 == 0:
            bits += f"{256:09b}"
        bits += f"{byte:09b}"
    bits += f"{257:09b}"
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def test_lzw_and_the_predictor_agree_with_another_reader():
    assert decode(lzw(WORDS), ["LZWDecode"], [], 1 << 20, Budget(Limits())) == (WORDS, True)
    rows = [bytes([kind]) + bytes((i * 7 + kind) & 255 for i in range(12)) for kind in (2, 1, 3, 4, 0, 2)]
    parameters = b"/DecodeParms<</Predictor 15/Colors 3/Columns 4>>"
    data = pdf({9: stream(b"".join(rows), parameters, flate=True)})
    with pikepdf.open(io.BytesIO(data)) as document:
        theirs = document.get_object(9, 0).read_bytes()
    settings = {"Predictor": 15, "Colors": 3, "Columns": 4}
    packed = zlib.compress(b"".join(rows))
    ours, good = decode(packed, ["FlateDecode"], [settings], 1 << 20, Budget(Limits()))
    assert good
    assert ours == theirs


def test_damaged_deflate_gives_what_came_before():
    packed = zlib.compress(random.Random(1).randbytes(9000))
    out, good = decode(packed[:6000] + b"\xff" * 60, ["FlateDecode"], [], 1 << 20, Budget(Limits()))
    assert not good
    assert len(out) > 3000


def test_packed_bytes_count_and_the_limit_of_one_stream_holds():
    bomb = zlib.compress(bytes(1 << 20))
    assert len(decode(bomb, ["FlateDecode"], [], 1000, Budget(Limits()))[0]) == 1000
    with pytest.raises(LimitHit):
        decode(bomb, ["FlateDecode"], [], 1 << 20, Budget(Limits(total_bytes=1000)))


@pytest.mark.parametrize(
    "data",
    [
        pdf({10: ACTION}, catalog=b"/OpenAction 10 0 R"),
        pdf({10: ACTION}, catalog=b"/OpenAction 10 0 R").replace(b"xref", b"xxxx"),
        pdf({10: ACTION}, catalog=b"/OpenAction 10 0 R").replace(b"endobj", b""),
        pdf({10: object_stream({11: ACTION})}, catalog=b"/OpenAction 11 0 R"),
        pdf({10: ACTION}, page=b"/AA<</O 10 0 R>>"),
        pdf({10: ACTION}, catalog=b"/Names<</JavaScript<</Kids[<</Names[(a) 10 0 R]>>]>>>>"),
        pdf({10: b"<</S/GoTo/D[3 0 R/Fit]/Next[10 0 R 11 0 R]>>", 11: ACTION}, catalog=b"/OpenAction 10 0 R"),
        pdf(catalog=b"/OpenAction<</S/JavaScript/JS<6170703b>>>"),
        pdf({10: ACTION.replace(b"/S/JavaScript", b"/S % words\r/JavaScript")}, catalog=b"/OpenAction 10 0 R"),
        on_open(SCRIPT).replace(b"/Length", b"/Lengths"),
        encrypted(SCRIPT),
    ],
    ids=[
        "plain",
        "no table",
        "no ends",
        "object stream",
        "page",
        "names",
        "next",
        "direct",
        "comment",
        "no length",
        "encrypted",
    ],
)
def test_script_that_runs_by_itself_is_found_wherever_it_stands(data):
    parsed = read(data)
    assert "pdf.javascript_auto" in {s.code for s in parsed.signs}
    assert b"app" in parsed.members[0].content.read(0, 99)
    assert parsed.members[0].kind == "javascript"


def test_object_inside_the_data_of_a_stream_is_found():
    """A table may point into a stream: readers that follow it see the object."""
    inner = b"words\n30 0 obj\n<</Type/Catalog/OpenAction<</S/JavaScript/JS(x=1;)>>>>\nendobj\nendstream fake"
    assert "pdf.javascript_auto" in codes(pdf({10: stream(inner)}))


def test_attachment_is_judged_under_its_name(judge):
    found = judge(attached(b"notes.txt", eicar()), name="a.pdf")
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "notes.txt"
    assert judge(attached(b"notes.txt", b"hello"), name="a.pdf").status is Status.CLEAN


def test_attachment_that_nothing_names_is_judged_as_well(judge):
    assert judge(pdf({10: stream(eicar(), b"/Type/EmbeddedFile")})).status is Status.MALICIOUS


@pytest.mark.filterwarnings("ignore:Encryption R=5 is deprecated")
@pytest.mark.parametrize(
    ("revision", "method"), [(2, "rc4"), (3, "rc4"), (4, "rc4"), (4, "aes"), (5, "aes"), (6, "aes")]
)
@pytest.mark.parametrize("password", ["", "infected", "no common word"])
def test_every_handler_is_opened_with_a_known_password(judge, revision, method, password):
    out = io.BytesIO()
    encryption = pikepdf.Encryption(
        owner="another", user=password, R=revision, aes=method == "aes", metadata=method == "aes"
    )
    with pikepdf.open(io.BytesIO(attached(b"notes.txt", eicar(), SCRIPT))) as document:
        document.save(out, encryption=encryption)
    found = judge(out.getvalue())
    if password == "no common word":
        assert found.status is Status.INCOMPLETE
        assert gap_codes(found) == {"encrypted"}
    else:
        assert found.status is Status.MALICIOUS
        assert "pdf.javascript_auto" in reason_codes(found)


def test_password_from_the_mail_around_it_opens():
    budget = Budget(Limits())
    budget.learn_password("tulip-47")
    assert "pdf.javascript" in {s.code for s in parse(encrypted(SCRIPT, b"tulip-47"), budget).signs}


SEEDS = [
    on_open(SCRIPT),
    attached(b"a.txt", b"hello", SCRIPT),
    encrypted(SCRIPT),
    pdf({10: object_stream({11: ACTION})}),
]


@pytest.mark.parametrize("data", SEEDS)
def test_truncated_anywhere_never_raises(data):
    for length in range(0, len(data), 7):
        read(data[:length])


@pytest.mark.parametrize("data", SEEDS)
def test_changed_bytes_never_raise(data):
    chance = random.Random(7)
    for _ in range(300):
        forged = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            forged[chance.randrange(len(forged))] = chance.randrange(256)
        read(bytes(forged))


@pytest.mark.parametrize(
    "data",
    [
        pdf({10: b"10 0 R", 11: b"[11 0 R 11 0 R]"}, catalog=b"/OpenAction 10 0 R/Names 11 0 R"),
        pdf({10: b"<</S/JavaScript/JS 10 0 R/Next 10 0 R>>"}, catalog=b"/OpenAction 10 0 R"),
        pdf({10: b"<</Kids[10 0 R 10 0 R]>>"}, catalog=b"/Names<</JavaScript 10 0 R>>"),
        pdf({10: stream(b"1 0 ", b"/Type/ObjStm/N 4294967295/First 4294967295")}),
        pdf({10: stream(b"1 0 ", b"/Type/ObjStm/N -1/First -1")}),
        pdf({10: stream(b"x", b"/Filter[" + b"/FlateDecode" * 10000 + b"]")}),
        pdf({10: b"<</Length 4294967295>>stream\nx\nendstream"}),
        pdf({10: stream(b"x" * 99, b"/DecodeParms<</Predictor 15/Columns 2147483647/Colors 2147483647>>", flate=True)}),
        pdf({10: b"<</Type/Annot/Subtype/Link/Rect[1e99 -1 (a) 9]/A<</S/URI/URI 10 0 R>>>>"}, page=b"/Annots[10 0 R]"),
        pdf(trailer=b"/Encrypt<</Filter/Standard/V 99999999999/R 99999/O(a)/U(b)/Length -5>>"),
        pdf(trailer=b"/Encrypt<</Filter/Standard/V 5/R 6/O()/U()/UE()/OE()>>"),
        b"%PDF-1.7\n" + b"1 0 obj " * 50_000,
        b"%PDF-1.7\n" + b"<<" * 200_000,
        b"%PDF-1.7\n1 0 obj(" + b"\\" * 300_001,
        b"%PDF-1.7\n" + b">>stream\n" * 50_000,
        b"%PDF-1.7\n1 0 obj<</JS(" + b"(" * 300_000,
        b"%PDF-1.7\n" + b"/#41" * 100_000,
        b"%PDF-1.7\n1 0 obj<<" + b"/AA<</O 1 0 R>>" * 20_000 + b">>endobj",
    ],
)
def test_hostile_counts_and_loops_end_soon(data):
    read(data, seconds=10)


def test_a_bomb_is_a_gap(judge):
    objects = {n: stream(bytes(1 << 20), b"/Type/ObjStm/N 1/First 4", flate=True) for n in range(10, 60)}
    found = judge(pdf(objects), total_bytes=8 << 20)
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"bytes"}


def test_no_object_at_all_is_never_clean(judge):
    assert judge(b"%PDF-1.4 and nothing else").status is Status.INCOMPLETE


def test_facts_do_not_know_the_size_and_padding_takes_no_sign_away():
    data = on_open(SCRIPT)
    assert codes(data) <= codes(data + b"\n" * 5000) | {"pdf.behind_end"}
    assert codes(data) <= codes(data.replace(b"%%EOF", b"% words\n" * 500 + b"%%EOF"))


def test_text_that_mentions_the_mark_is_no_pdf(judge):
    found = judge(b"# the mark of a PDF is %PDF-1.7\nprint('hello')\n", name="a.py")
    assert (found.type.kind, found.status) == ("python", Status.CLEAN)
    assert judge(b"x" * 99 + b"\0\xff" * 9 + b"%PDF-1.7 mentioned", name="a.bin").status is Status.CLEAN
