# ruff: noqa: E501 -- a line of a script is one line here, too
import base64

from tests.engine.indicator_cases.case import Case
from tests.engine.script_texts import pair, plain64

CODE = base64.b64encode(b"\xfc\xe8\x82\x00\x00\x00" + bytes(range(60))).decode()
MARKED = "".join(
    f"{c}`" if c.isalpha() and n % 2 else c for n, c in enumerate("write-output message where-object property " * 3)
)

CASES = {
    "script.hidden_action": pair(
        "a.ps1",
        f"$t = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{plain64('Set-MpPrefe¦rence -DisableRealtime¦Monitoring $true')}'))\nWrite-Output $t\n",
        f"$t = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{plain64('Write-Output hello to everybody out there')}'))\nWrite-Output $t\n",
    ),
    "script.shellcode": pair(
        "a.js", f'var b = atob("{CODE}");\n', f'var b = atob("{base64.b64encode(bytes(range(66))).decode()}");\n'
    ),
    "script.marks_in_words": Case(positive=MARKED.encode(), negative=MARKED.replace("`", "").encode(), name="a.ps1"),
    "script.six_signs": Case(
        positive=b"[][(![]+[])[+[]]+(![]+[])[+[]]]" * 30 + b"();", negative=b"var a = [[1], [2], [!true]];", name="a.js"
    ),
    "script.renamed": Case(
        positive="".join(f"var _0x{n:04x}=1;" for n in range(12)).encode(),
        negative="".join(f"var x{n:04x}=1;" for n in range(12)).encode(),
        name="a.js",
    ),
    "script.encoded_script": Case(
        positive=b"#@~^DgAAAA==\\ko$K6,JC\x7fV^GJqAQAAA==^#~@", negative=b'MsgBox "Hello"\r\n', name="a.vbe"
    ),
    "script.raw_address": pair("a.sh", "curl http://45.9.148.1/list.txt\n", "curl http://192.168.1.2/list.txt\n"),
    "script.paste_site": pair("a.sh", "curl https://paste¦bin.com/raw/abc\n", "curl https://example.com/raw/abc\n"),
    "script.webhook": pair(
        "a.py", "post('https://discord.com/api/web¦hooks/1/x')\n", "post('https://discord.com/developers')\n"
    ),
    "script.wallet_theft": pair(
        "a.py",
        "p = user + 'Local Extension Set¦tings/nkbihfbeogaeaoe¦hlefnkodbefgpgknn'\n",
        "p = 'https://example.com/extension/nkbihfbeogaeaoe¦hlefnkodbefgpgknn'\n",
    ),
    "script.theft_sent": pair(
        "a.py",
        "p = user + 'Local Extension Set¦tings/nkbihfbeogaeaoe¦hlefnkodbefgpgknn'\npost('https://discord.com/api/web¦hooks/1/x')\n",
        "post('https://discord.com/api/webhooks/1/x')\n",
    ),
    "script.miner": pair(
        "a.sh", "./xm¦rig -o stra¦tum+tcp://pool.example.com:3333 -u a\n", "./server -o tcp://example.com:3333\n"
    ),
    "script.conditional_comment": pair("a.js", "/*@cc_on var x = 1; @*/\n", "/* @note var x = 1; */\n"),
}
