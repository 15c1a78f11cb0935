"""Apps for Android. None of them can run: their byte code is a table of names without any instruction."""

from tests.engine.formats.android_builder import Node, apk, axml, dex, manifest, part
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import noise

CASES: dict[str, Case] = {}
_CODE = dex("hello")
_PLAIN = apk(manifest(), _CODE)
_AID = part("service", ".A", permission="BIND_ACCESSIBILITY_SERVICE")
_ADMIN = part("receiver", ".B", permission="BIND_DEVICE_ADMIN")
_SMS = part("receiver", ".C", action="android.provider.Telephony.SMS_RECEIVED", priority=999)
_BANKS = dex(
    "com.chase.sig" + ".android", "com.infonow" + ".bofa", "com.binance" + ".dev", "pl.m" + "bank",
    "jp.co.smbc" + ".direct",
)  # fmt: skip
_ORDERS = dex("start" + "VNC", "open" + "Inject", "kill" + "_me", "start" + "Ussd")
_NOTE = dex("Your phone has been " + "locked", "Pay in bit" + "coin")
_LOADER = dex("Ldalvik/system/DexClassLoader;", "Ljavax/crypto/Cipher;", "Ljavax/crypto/spec/SecretKeySpec;")
_NOISE = noise(20_000)
_EVERYTHING = (
    "CAMERA", "READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS", "ACCESS_FINE_LOCATION", "READ_CALENDAR",
    "RECORD_AUDIO", "READ_PHONE_STATE", "CALL_PHONE", "READ_CALL_LOG", "SEND_SMS", "READ_EXTERNAL_STORAGE",
    "WRITE_EXTERNAL_STORAGE",
)  # fmt: skip


def _case(code: str, positive: bytes, negative: bytes = _PLAIN, **more: object) -> None:
    CASES[f"android.{code}"] = Case(positive, negative, **more)  # type: ignore[arg-type]


def _asks(code: str, *permissions: str, parts: tuple[Node, ...] = (), without: int = 1) -> None:
    """Add a case of permissions and parts; the honest app lacks the last permission, or the parts."""
    fewer = manifest(*permissions) if parts else manifest(*permissions[:-without])
    _case(code, apk(manifest(*permissions, parts=parts), _CODE), apk(fewer, _CODE))


def _words(code: str, *strings: str, without: int = 1) -> None:
    """Add a case of strings in byte code; the honest one lacks the last `without` of them."""
    _case(code, dex("a", *strings), dex("a", *strings[:-without]))


def _flagged(app: bytes, name: bytes = b"classes.dex") -> bytes:
    """Set the mark of encryption on one entry, in both headers, without encrypting anything."""
    data = bytearray(app)
    for mark, flags, title in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = data.find(mark)
        while at >= 0:
            if data[at + title : at + title + len(name)] == name:
                data[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


_case("malformed", dex("a")[:-4] + b"", clean=False)
_case("manifest_forged", apk(axml(manifest(), kind=0), _CODE))
_case("archive_forged", _flagged(_PLAIN), clean=False)
_case("two_in_one", _CODE + _PLAIN)
_case("hidden_data", apk(manifest(), _CODE, assets__x=_NOISE), apk(manifest(), _CODE, assets__x_0_png=_NOISE))
_case("app_inside", apk(manifest(), _CODE, assets__x=_PLAIN), apk(manifest(), _CODE, assets__x=bytes(20_000)))
_case("unsigned", apk(manifest(), _CODE, signer=b""))
_case("test_key", apk(manifest(), _CODE, signer=b"CN=Android Debug"))
_case("debuggable", apk(manifest(debuggable=True), _CODE))
_case("old_target", apk(manifest("CAMERA", target=15), _CODE), apk(manifest("CAMERA"), _CODE))
_google = manifest(package="com.google.android.update")
_case("borrowed_name", apk(_google, _CODE), apk(_google, _CODE, signer=b"CN=Android, O=Google Inc."))
_own = tuple(f"La/{a}{b};" for a in "abcde" for b in "vwxyz")
_case("short_names", dex("a", classes=_own), dex("a", classes=tuple(n[:-1] + "Activity;" for n in _own)))

_asks("reads_sms", "RECEIVE_SMS")
_asks("sends_sms", "SEND_SMS")
_asks("takes_sms_first", parts=(_SMS,))
_asks("draws_over_others", "SYSTEM_ALERT_WINDOW")
_asks("accessibility", parts=(_AID,))
_asks("device_admin", parts=(_ADMIN,))
_asks("reads_notifications", parts=(part("service", ".D", permission="BIND_NOTIFICATION_LISTENER_SERVICE"),))
_asks("asks_to_install", "REQUEST_INSTALL_PACKAGES")
_asks("starts_at_boot", parts=(part("receiver", ".E", action="android.intent.action.BOOT_COMPLETED"),))
_asks("listens_and_reads", "READ_CONTACTS", "RECORD_AUDIO")
_asks("asks_for_everything", *_EVERYTHING, without=3)
_case("no_icon", apk(manifest("INTERNET", "CAMERA", launcher=False), _CODE), apk(manifest("INTERNET", "CAMERA"), _CODE))

_words("loads_code", "Ldalvik/system/DexClassLoader;")
_words("decrypts", "Ljavax/crypto/Cipher;", "Ljavax/crypto/spec/SecretKeySpec;")
_words("steers_screen", "performGlobalAction", "getRootInActiveWindow", "dispatchGesture")
_words("hides_icon", "setComponentEnabledSetting")
_words("swallows_sms", "Landroid/telephony/SmsMessage;", "abortBroadcast")
_words("sends_sms_itself", "sendTextMessage")
_words("locks_phone", "lockNow", "resetPassword")
_words("watches_screen", "createVirtualDisplay", "Landroid/media/projection/MediaProjection;")
_words("runs_commands", "Ljava/lang/Runtime;", "exec", "/system/xbin/su")
_words("installs_apps", "application/vnd.android.package-archive")
_words("looks_for_lab", "goldfish", "ro.kernel.qemu", "vbox86", "Genymotion")
_case("names_of_banks", _BANKS, dex("pl.m" + "bank"))
_case("bot_commands", _ORDERS, dex("kill" + "_me"))
_words("telegram_bot", "https://api.telegram.org/bot")
_case("lock_note", _NOTE, dex("bitcoin"))
_words("miner", "random" + "x", "stratum+" + "tcp://pool.example")
_words("known_spy", "Lcom/metasploit/" + "stage/Payload;")

_aid, _none = manifest("READ_SMS", parts=(_AID,)), manifest("READ_SMS")
_case("banking_trojan", apk(_aid, _BANKS), apk(_none, _BANKS))
_case("remote_control", apk(_aid, _ORDERS), apk(_aid, _CODE))
_over = ("READ_SMS", "SYSTEM_ALERT_WINDOW")
_case("takes_over_phone", apk(manifest(*_over, parts=(_AID,)), _CODE), apk(manifest(*_over), _CODE))
_unseen = ("READ_SMS", "INTERNET")
_unseen_too = manifest(*_unseen, parts=(_AID,), launcher=False)
_case("takes_over_unseen", apk(_unseen_too, _CODE), apk(manifest(*_unseen, parts=(_AID,)), _CODE))
_case("hidden_takeover", apk(axml(_aid, kind=0), _CODE), apk(_aid, _CODE))
_case("hidden_payload", apk(manifest(), _LOADER, assets__x=_NOISE), apk(manifest(), _LOADER))
_case("hidden_payload_with_rights", apk(_aid, _LOADER, assets__x=_NOISE), apk(_aid, _LOADER))
_install = dex("application/vnd.android.package-archive")
_installer = manifest("REQUEST_INSTALL_PACKAGES")
_case("dropper", apk(_installer, _install, assets__x=_PLAIN), apk(_installer, _install))
_bot = dex("https://api.telegram.org/bot", "setComponentEnabledSetting")
_case("sms_thief", apk(_none, _bot), apk(manifest(), _bot))
_texts = dex("Landroid/telephony/SmsMessage;", "abortBroadcast", "sendTextMessage")
_case("sms_fraud", apk(manifest("SEND_SMS", parts=(_SMS,)), _texts), apk(manifest("SEND_SMS"), _texts))
_case("locker", apk(manifest(parts=(_ADMIN,)), _NOTE), apk(manifest(parts=(_ADMIN,)), _CODE))
