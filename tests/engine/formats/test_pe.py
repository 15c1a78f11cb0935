"""The PE reader on self-made programs: what it reads, and that nothing in a file can stop it."""

import random
import struct
import threading
import zlib
from dataclasses import replace

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.features.vector import _facts
from anshin.engine.formats.pe import details, dotnet, exports, imports, overlay, resources, signature
from anshin.engine.formats.pe.behaviour import behaviours, plain
from anshin.engine.formats.pe.image import RESOURCE, read_image
from anshin.engine.formats.pe.parse import parse
from anshin.engine.formats.pe.text import marks
from anshin.engine.formats.pyinstaller import MAGIC
from anshin.engine.limits import Limits
from anshin.engine.rules.catalogue import catalogue, combined, reasons
from anshin.engine.verdict import Status
from tests.engine.dotnet_files import DotNet
from tests.engine.pe_files import Pe, pe
from tests.engine.pe_parts import signed, version_block
from tests.engine.samples import eicar, gap_codes, noise, reason_codes, zipped

FULL = Pe(
    imports={"KERNEL32.dll": ["ExitProcess", "GetProcAddress"], "WS2_32.dll": [115, 3]},
    exports=["first", "second"],
    resources=[
        (16, 1, version_block({"CompanyName": "Honest Works", "OriginalFilename": "a.exe"})),
        (24, 1, b'<requestedExecutionLevel level="asInvoker"/>'),
        (10, "DATA", b"data" * 50),
    ],
    pdb="C:\\build\\a.pdb",
    tls=1,
)


def budget(**limits: float) -> Budget:
    return Budget(Limits(**limits))  # type: ignore[arg-type]


def image_of(data: bytes):
    image = read_image(data)
    assert image is not None
    return image


@pytest.mark.parametrize("plus", [False, True])
def test_tables_are_read(plus):
    FULL.plus = plus
    image = image_of(FULL.build())
    found = imports.read_imports(image, budget())
    assert list(found.pairs()) == [
        ("kernel32", "ExitProcess"), ("kernel32", "GetProcAddress"), ("ws2_32", "#115"), ("ws2_32", "#3"),
    ]  # fmt: skip
    assert exports.read_exports(image, budget()).names == ("first", "second")
    assert details.read_details(image).pdb == "C:\\build\\a.pdb"
    assert details.read_details(image).tls_callbacks == 1
    tree = resources.read_resources(image, budget())
    assert [leaf.type for leaf in tree.leaves] == ["rcdata", "manifest", "version"]
    assert tree.version == {"CompanyName": "Honest Works", "OriginalFilename": "a.exe"}
    assert tree.level == "asInvoker"
    assert not found.broken
    assert not tree.broken


def test_hash_of_imports_is_the_well_known_one():
    found = imports.read_imports(image_of(pe(imports={"KERNEL32.dll": ["ExitProcess"]})), budget())
    assert imports.imphash(found) == "f9ade0aa18f660a34a4fa23392e21838"  # MD5 of "kernel32.exitprocess"
    other = imports.read_imports(image_of(pe(imports={"kernel32.DLL": ["EXITPROCESS"]})), budget())
    assert imports.imphash(found) == imports.imphash(other)


def test_names_of_dotnet_are_read():
    made = DotNet(
        members=["System.Reflection.Assembly.Load", "System.IO.Compression.GZipStream..ctor"],
        types=["Program", "Inner"],
        methods=["Main", "Go"],
        native=[("user32.dll", "MessageBoxW")],
        resources=[("pictures", b"p" * 40)],
    )
    data = pe(dotnet=made)
    found = dotnet.read_dotnet(image_of(data), budget())
    assert found is not None
    assert found.members == list(made.members)
    assert found.types == ["Program", "Inner"]
    assert found.methods == ["Main", "Go"]
    assert found.native == [("user32", "MessageBoxW")]
    assert found.assembly == "self-made"
    ((name, at, size),) = found.resources
    assert (name, data[at : at + size]) == ("pictures", b"p" * 40)
    assert not found.broken


def test_signature_is_read_and_compared():
    data = signed(pe(), subject="Honest Works", issuer="Some Authority", time=b"260102030405Z")
    image = image_of(data)
    found = signature.read_signature(image)
    assert found.signers == "honest works"
    assert found.signed[0].countersigned is not None
    assert found.signed[0].countersigned.isoformat() == "2026-01-02T03:04:05+00:00"
    assert signature.digest_matches(image, found) is True
    assert signature.digest_matches(image_of(data[:0x410] + b"!" + data[0x411:]), found) is False


def test_what_is_appended_is_judged(judge):
    found = judge(pe(overlay=pe(texts=["inner"])), name="a.exe")
    assert [child.name for child in found.children] == ["program 1"]
    zip_behind = judge(pe(overlay=zipped({"a.txt": eicar()})), name="a.exe")
    assert zip_behind.status is Status.MALICIOUS
    in_resource = judge(pe(resources=[(10, 1, zipped({"a.txt": eicar()}))]), name="a.exe")
    assert in_resource.status is Status.MALICIOUS


def test_program_written_as_letters_is_judged_too(judge):
    import base64

    inner = pe(overlay=zipped({"a.txt": eicar()}))
    found = judge(pe(texts=[base64.b64encode(b"MZ\x90\0\x03\0\0\0\x04\0\0\0" + inner[12:])]), name="a.exe")
    assert found.status is Status.MALICIOUS


def test_cut_program_is_never_clean(judge):
    whole = FULL.build()
    assert judge(whole, name="a.exe").status is Status.CLEAN
    lowest = struct.unpack_from("<I", whole, 60)[0] + 4
    for length in range(lowest + 40, len(whole) - 0x200, 61):
        found = judge(whole[:length], name="a.exe")
        assert found.status is not Status.CLEAN or "pe.malformed" in reason_codes(found), length
    assert gap_codes(judge(whole[: len(whole) - 0x200], name="a.exe")) == {"damaged"}


@pytest.mark.parametrize("seed", range(6))
def test_no_flipped_byte_stops_the_reader(seed):
    chance = random.Random(seed)
    bases = [
        FULL.build(),
        signed(FULL.build()),
        pe(dotnet=DotNet(members=["A.B.c"], native=[("a", "b")], resources=[("r", b"x" * 99)]), plus=False),
        pe(overlay=pe()),
    ]
    for _ in range(150):
        data = bytearray(chance.choice(bases))
        for _ in range(chance.randrange(1, 24)):
            data[chance.randrange(2, len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        found = parse(bytes(data), budget())
        assert set(found.facts) <= set(_facts("pe"))
        assert len(found.tokens) <= 4096


@pytest.mark.parametrize("field", range(0, 240, 4))
def test_largest_number_in_every_header_field(field):
    data = bytearray(FULL.build())
    at = struct.unpack_from("<I", data, 60)[0] + 4 + field
    data[at : at + 4] = b"\xff\xff\xff\xff"
    parse(bytes(data), budget(seconds=5))


def test_resource_tree_that_bites_its_tail_ends():
    data = bytearray(FULL.build())
    image = image_of(bytes(data))
    at = image.offset(image.directory(RESOURCE)[0])
    data[at + 20 : at + 24] = struct.pack("<I", 0x80000000)
    tree = resources.read_resources(image_of(bytes(data)), budget())
    assert tree.broken


def test_endless_tables_are_bounded():
    thunks = struct.pack("<Q", 1 << 63 | 7) * 20000
    found = imports.read_imports(image_of(pe(imports={"A.dll": [7] * 20000}, texts=[thunks])), budget())
    assert found.count == imports.MAX_FUNCTIONS
    many = exports.read_exports(image_of(pe(exports=[f"e{n}" for n in range(5000)])), budget())
    assert (len(many.names), many.count) == (exports.MAX_EXPORTS, 5000)
    assert len(list(overlay.embedded(pe() * 80, budget()))) == overlay.MAX_EMBEDDED


def test_metadata_that_claims_millions_of_rows_ends():
    data = bytearray(pe(dotnet=DotNet(members=["A.B.c"])))
    at = data.index(b"#Blob\0") + 12
    rows = data.index(struct.pack("<II", 1, 1), at)
    data[rows : rows + 8] = struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)
    found = dotnet.read_dotnet(image_of(bytes(data)), budget())
    assert found is not None
    assert found.broken


def test_time_that_is_over_ends_the_reading():
    clock = iter(range(0, 10**6, 100))
    with pytest.raises(LimitHit):
        parse(FULL.build(), Budget(Limits(), clock=lambda: float(next(clock))))


def test_every_mark_has_an_entry():
    assert {f"pe.{name}" for name in marks()} <= catalogue().keys()


def test_every_set_is_an_entry_or_a_step_to_one():
    steps = {"import_network", "import_run", "import_registry_write", "import_resolver", "import_wipe",
             "import_encrypt", "import_clipboard", "import_privilege", "import_browser_keys", "net_unpack",
             "net_resource", "net_run", "net_registry_write"}  # fmt: skip
    for name in (*behaviours()["sets"], *behaviours()["managed"]):
        assert (f"pe.{name}" in catalogue()) != (name in steps), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CreateFileW", "CreateFile"), ("ZwOpenProcess", "NtOpenProcess"), ("SetWindowsHookExA", "SetWindowsHookEx"),
     ("GetDC", "GetDC"), ("WSAStartup", "WSAStartup")],
)  # fmt: skip
def test_plain_names_of_functions(name, expected):
    assert plain(name) == expected


def test_several_threads_may_read_at_once():
    codes: list[set[str]] = []

    def read() -> None:
        codes.append({s.code for s in parse(pe(code=noise(16384)), budget()).signs})

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [{"pe.code_encrypted"}] * 3


def edits(data: bytes):
    """Yield the file as somebody would change it who wants it to look harmless while it still runs."""
    honest = b"honest words of a friendly program " * 400
    at = struct.unpack_from("<I", data, 60)[0]
    for more in (bytes(5000), honest, noise(20000), pe()):
        yield data + more  # padding, appended
    dos = bytearray(data)
    dos[2:60], dos[64:at] = honest[:58], honest[: at - 64]
    yield bytes(dos)  # header of DOS and its stub
    for place in (8, 12, 16, 64 + 24, 44 + 24):
        header = bytearray(data)
        header[at + place : at + place + 4] = b"\1\2\3\0"
        yield bytes(header)  # time, symbols, checksum, versions
    yield data.replace(b".text\0", b".good\0").replace(b".rdata", b".nice\0")  # names of sections
    slack = data.rstrip(b"\0") + bytes(16)
    yield slack + honest[: len(data) - len(slack)]  # the unused end of a section


MARKED = {
    "texts": Pe(texts=["vssad" + "min delete sha" + "dows /all", "bcd" + "edit /set x recovery" + "enabled no"]),
    "sets": Pe(imports={"K.dll": ["CreateProcessW", "URLDownloadToFileW"]}, texts=["ping 127.0.0.1 & " + "del a"]),
    "net": Pe(dotnet=DotNet(types=["Confused" + "ByAttribute"]), resources=[(16, 1, version_block(
        {"CompanyName": "Microsoft Corporation", "OriginalFilename": "svchost.exe"}))]),
}  # fmt: skip


@pytest.mark.parametrize("name", MARKED)
def test_edits_that_keep_a_program_running_do_not_hide_it(name):
    def score(data: bytes) -> float:
        return combined(reasons(parse(data, budget()).signs))

    before = score(MARKED[name].build())
    assert before >= 0.5
    for number, data in enumerate(edits(MARKED[name].build())):
        assert score(data) >= before - 0.01, number


@pytest.mark.parametrize("name", MARKED)
def test_more_sections_and_imports_do_not_hide_it(name):
    marked = replace(MARKED[name], sections=[(b".note", b"honest words " * 300, 0x40000040)])
    before = {s.code for s in parse(MARKED[name].build(), budget()).signs}
    assert before <= {s.code for s in parse(marked.build(), budget()).signs}
    dull = {f"lib{n}.dll": [f"f{m}" for m in range(40)] for n in range(40)}
    padded = replace(MARKED[name], imports={**dull, **MARKED[name].imports})
    assert before <= {s.code for s in parse(padded.build(), budget()).signs}


def frozen(files: dict[str, bytes], *, table_at: int | None = None) -> bytes:
    """Return a program with an archive as PyInstaller appends it."""
    body, table = b"", b""
    for name, data in files.items():
        packed = zlib.compress(data)
        label = name.encode() + b"\0"
        table += struct.pack(">IIIIBc", 18 + len(label), len(body), len(packed), len(data), 1, b"b") + label
        body += packed
    at = len(body) if table_at is None else table_at
    cookie = struct.pack(">8sIIII64s", MAGIC, len(body) + len(table) + 88, at, len(table), 311, b"python311.dll")
    return pe(overlay=body + table + cookie)


def test_what_pyinstaller_packed_is_judged(judge):
    found = judge(frozen({"a.txt": b"honest", "b.com": eicar()}), name="a.exe")
    assert found.status is Status.MALICIOUS
    assert {child.name for child in found.children} == {"a.txt", "b.com"}
    assert judge(frozen({"a.txt": b"honest"}), name="a.exe").status is Status.CLEAN
    assert gap_codes(judge(frozen({"a.txt": b"honest"}, table_at=10**6), name="a.exe")) == {"damaged"}


def test_archive_among_the_resources_leaves_no_half_program(judge):
    found = judge(pe(resources=[(10, 1, zipped({"a.txt": b"honest"}))]), name="a.exe")
    assert found.status is Status.CLEAN, found.gaps
    behind = judge(pe(overlay=zipped({"a.txt": b"honest"})), name="a.exe")
    assert "(prefix)" in {child.name for child in behind.children}


def test_member_behind_thousands_of_dull_ones_is_found():
    dull = [f"A.B.m{n}" for n in range(dotnet.MAX_ROWS + 50)]
    made = DotNet(members=[*dull, "System.Reflection.Assembly.Load", "System.Reflection.MethodBase.Invoke"])
    found = parse(pe(dotnet=made), budget())
    assert "pe.net_load_bytes" in {s.code for s in found.signs}


def test_demand_in_japanese_is_found_in_both_encodings():
    note = "あなたのファイルはすべて暗号化されました。ビットコインで支払えば元に戻します。"
    honest = "このファイルは暗号化されています。パスワードを入力してください。"
    for encoding in ("utf-8", "utf-16-le"):
        codes = {s.code for s in parse(pe(texts=[note.encode(encoding)]), budget()).signs}
        assert "pe.text_ransom_note" in codes
        assert not parse(pe(texts=[honest.encode(encoding)]), budget()).signs


def test_more_imports_than_are_read_are_a_gap(judge):
    found = judge(pe(imports={"A.dll": [7] * (imports.MAX_FUNCTIONS + 1)}), name="a.exe")
    assert gap_codes(found) == {"damaged"}
