"""Archives whose members do nothing; only their names and their order imitate the trick."""

from tests.engine.archive_samples import iso, locked_zip, rar5
from tests.engine.indicator_cases.case import Case
from tests.engine.mail_samples import mail
from tests.engine.samples import minimal_pe, tarred, zipped

_LNK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + bytes(56)
_WORDS = b"hello"
_PLAIN = zipped({"readme.txt": _WORDS, "setup.exe": _WORDS})

CASES: dict[str, Case] = {
    "archive.password_in_mail": Case(
        mail(locked_zip({"a.txt": _WORDS}, "tulip-47"), "a.zip", "The password is tulip-47."),
        mail(locked_zip({"a.txt": _WORDS}, "tulip-47"), "a.zip", "The password comes in another mail."),
        clean=False,
    ),
    "archive.password_common": Case(
        locked_zip({"a.txt": _WORDS}, "infected"), locked_zip({"a.txt": _WORDS}, "nobody would guess"), clean=False
    ),
    "archive.locked_program": Case(
        locked_zip({"a.exe": minimal_pe()}, "infected"), locked_zip({"a.txt": _WORDS}, "infected")
    ),
    "archive.locked_archive": Case(locked_zip({"a.zip": _PLAIN}, "infected"), zipped({"a.zip": _PLAIN})),
    "archive.only_shortcut": Case(zipped({"invoice.lnk": _LNK}), zipped({"invoice.lnk": _LNK, "a.txt": _WORDS})),
    "archive.only_script": Case(zipped({"invoice.vbs": b"x = 1"}), zipped({"invoice.vbs": b"x = 1", "a.txt": _WORDS})),
    "archive.shortcut_beside_program": Case(
        zipped({"open.lnk": _LNK, "a.txt": _WORDS, "tool.exe": _WORDS}),
        zipped({"open.lnk": _LNK, "tool.exe": _WORDS, **{f"{n}.txt": _WORDS for n in range(20)}}),
    ),
    "archive.shortcut_to_hidden": Case(
        iso({"OPEN.LNK": _LNK, "A.DLL": _WORDS}, hidden=frozenset({"A.DLL"})),
        iso({"AUTORUN.INF": _WORDS, "A.DLL": _WORDS, "B.EXE": _WORDS}, hidden=frozenset({"AUTORUN.INF"})),
    ),
    "archive.disk_with_program": Case(iso({"A.EXE": minimal_pe()}), iso({"A.EXE": minimal_pe(), "A.TXT": _WORDS})),
    "archive.borrowed_library": Case(
        zipped({"update.exe": _WORDS, "version.dll": _WORDS}), zipped({"update.exe": _WORDS, "update.dll": _WORDS})
    ),
    "archive.name_turned": Case(
        zipped({"invoice\u202efdp.js": _WORDS, "b.txt": _WORDS}), zipped({"\u200fقائمة.txt": _WORDS, "b.txt": _WORDS})
    ),
    "archive.name_spaces": Case(
        zipped({"invoice.pdf" + " " * 40 + ".js": _WORDS, "b.txt": _WORDS}),
        zipped({"My  invoice - for the  year.js": _WORDS, "b.txt": _WORDS}),
    ),
    "archive.name_lookalike": Case(
        zipped({"invoice․exe": _WORDS, "b.txt": _WORDS}), zipped({"見積書。txt": _WORDS, "会議…メモ.txt": _WORDS})
    ),
    "archive.name_stream": Case(
        rar5({"a.txt": _WORDS, ":b.js": _WORDS}), rar5({"a.txt": _WORDS, ":Zone.Identifier": _WORDS})
    ),
    "archive.startup": Case(
        zipped({"../../AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/a.bat": _WORDS}),
        tarred({"Start Menu/Programs/Startup/readme.txt": _WORDS}),
    ),
    "archive.twin_folder": Case(
        zipped({"a.pdf ": _WORDS, "a.pdf /a.pdf .cmd": _WORDS}), zipped({"a": _WORDS, "a.files/run.js": _WORDS})
    ),
}
