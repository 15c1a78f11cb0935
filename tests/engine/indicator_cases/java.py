"""Java classes and archives. None of them can run: they hold a table of names and no instruction."""

from tests.engine.formats.java_builder import jar, java_class
from tests.engine.indicator_cases.case import Case

CASES: dict[str, Case] = {}
_PLAIN = java_class("hello")
_GET = ("java/net/URL", "openStream", "java/io/FileOutputStream")
_RUN = ("java/lang/ProcessBuilder", "start")
_KEY = ("reg " + "add", "Software\\Microsoft\\Windows\\CurrentVersion\\" + "Run")
_CHAT = ("https://discord.com/api/" + "webhooks/1/x",)
_ACCOUNTS = ("launcher_" + "accounts.json", "feather/" + "accounts.json")
_LINES = tuple(
    (f"java/{owner}", name)
    for owner in ("lang/Process", "net/Socket")
    for name in ("getInputStream", "getOutputStream")
)


def _case(code: str, positive: bytes, negative: bytes = _PLAIN, **more: object) -> None:
    CASES[f"java.{code}"] = Case(positive, negative, **more)  # type: ignore[arg-type]


def _words(code: str, *texts: str, without: int = 1) -> None:
    """Add a case of strings; the honest class lacks the last `without` of them."""
    _case(code, java_class(*texts), java_class(*texts[:-without]))


_case("malformed", _PLAIN[:30])
_words("downloads", *_GET)
_words("runs_programs", *_RUN)
_words("temporary_place", "java.io.tmpdir")
_words("names_program", "update.exe")
_words("reads_resource", "getResourceAsStream")
_words("decrypts", "javax/crypto/Cipher", "doFinal")
_words("defines_classes", "java/lang/ClassLoader", "defineClass")
_words("downloads_and_runs", *_GET, *_RUN, "java.io.tmpdir", "a.exe")
_words("carries_and_runs", "getResourceAsStream", *_RUN, "java.io.tmpdir", "a.exe")
_words("hidden_code", "getResourceAsStream", "javax/crypto/Cipher", "doFinal", "java/lang/ClassLoader", "defineClass")
_case("shell_over_network", java_class("cmd.exe", calls=_LINES), java_class("cmd.exe", calls=_LINES[:3]))
_words("known_rat", "hrdp-" + "install", "rev-" + "proxy", "chrome-" + "pass")
_words("hooks_keys", "org/jnativehook/keyboard/NativeKeyListener", "nativeKeyPressed")
_words("takes_pictures", "java/awt/Robot", "createScreenCapture")
_watchers = ("org/jnativehook/A.class", "com/github/sarxos/webcam/B.class")
_case("watches_person", jar(_PLAIN, _PLAIN, names=_watchers), jar(_PLAIN, names=_watchers[:1]))
_words("run_key", *_KEY)
_words("kills_guards", "MsMpEng" + ".exe", "avast" + "ui.exe", "mbam" + ".exe", "ekrn" + ".exe", "avp" + ".exe")
_words("weakens_defender", "Add-Mp" + "Preference")
_words("hidden_powershell", "powershell", "-WindowStyle " + "Hidden", "-ExecutionPolicy " + "Bypass")
_words("hides_files", "attrib +h")
_words("dropper_that_stays", *_GET, *_RUN, *_KEY)
_words("sends_to_chat", *_CHAT)
_words("game_accounts", *_ACCOUNTS)
_words("chat_tokens", "leveldb", "discord", "[\\w-]" + "{24}")
_words("browser_passwords", "Local State", "encrypted_key", "Login Data")
_words("thief", *_ACCOUNTS, *_CHAT)
_walls = ("sun.awt.SunToolkit", "java/beans/Statement", "java/security/AllPermission", "setSecurity" + "Manager")
_words("breaks_sandbox", *_walls)
_words("miner", "random" + "x", "stratum+" + "tcp://pool.example")
_case("program_inside", jar(_PLAIN, x_0_exe=b"text"), jar(_PLAIN, x_0_txt=b"text"))
_twins = tuple(f"{'Il' * 3}{'I' * n}.class" for n in range(8))
_case("confusing_names", jar(*[_PLAIN] * 8, names=_twins), jar(*[_PLAIN] * 8))
_short = tuple(f"{a}.class" for a in "abcdefghijk")
_case("short_names", jar(*[_PLAIN] * 11, names=_short), jar(*[_PLAIN] * 11))
_case("enters_others", jar(_PLAIN, fields="Premain-Class: a.B\r\n"), jar(_PLAIN, fields="Main-Class: a.B\r\n"))
