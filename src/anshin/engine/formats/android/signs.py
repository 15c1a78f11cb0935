"""From what was read of an app to signs of the catalogue. Nothing here means anything alone; the catalogue combines."""

from dataclasses import dataclass, field

from anshin.engine.formats.android.code import Code
from anshin.engine.formats.android.manifest import Manifest
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.markers import Marker, sign_markers
from anshin.engine.names import safe_name
from anshin.engine.wording import load_data

KNOWN = "formats/android/known.yaml"
MANY = 12
"""Dangerous permissions from which an app asks for more than nearly all honest ones."""


@dataclass
class App:
    """All that was read of an app, or of byte code alone (then the manifest is empty)."""

    manifest: Manifest = field(default_factory=Manifest)
    codes: list[Code] = field(default_factory=list)
    markers: dict[str, Marker] = field(default_factory=dict)  # over all byte code
    names: list[str] = field(default_factory=list)  # entries of the app
    forged: int = 0  # entries whose headers lie
    hidden_assets: list[str] = field(default_factory=list)
    inner_apps: list[str] = field(default_factory=list)
    signers: bytes = b""
    schemes: frozenset[int] = frozenset()  # versions of the signature, 1 to 3

    @property
    def calls(self) -> frozenset[str]:
        """Functions of the system that the byte code names."""
        return frozenset(c for code in self.codes for c in code.calls)

    @property
    def dangerous(self) -> frozenset[str]:
        """Permissions that touch people."""
        return self.manifest.permissions & frozenset(load_data(KNOWN)["dangerous"])


def report(app: App, parsed: Parsed) -> None:
    """Add every sign."""
    sign_markers("android", app.markers, parsed, places=not app.manifest.there)
    if app.manifest.there:
        _asked(app, parsed)
        _built(app, parsed)
    if any(code.damaged for code in app.codes):
        parsed.sign("android.malformed", "header DEX")
    if any(code.short_names > 0.5 and code.classes > 20 for code in app.codes):
        parsed.sign("android.short_names")


def _asked(app: App, parsed: Parsed) -> None:
    says = app.manifest
    asked = says.permissions
    tests: dict[str, object] = {
        "reads_sms": asked & {"RECEIVE_SMS", "READ_SMS"},
        "sends_sms": asked & {"SEND_SMS"},
        "takes_sms_first": any(
            p.priority >= 999 and "android.provider.Telephony.SMS_RECEIVED" in p.actions for p in says.parts
        ),
        "draws_over_others": asked & {"SYSTEM_ALERT_WINDOW"},
        "accessibility": says.guarded_by("BIND_ACCESSIBILITY_SERVICE"),
        "device_admin": says.guarded_by("BIND_DEVICE_ADMIN"),
        "reads_notifications": says.guarded_by("BIND_NOTIFICATION_LISTENER_SERVICE"),
        "asks_to_install": asked & {"REQUEST_INSTALL_PACKAGES"},
        "starts_at_boot": "BOOT_COMPLETED" in says.actions,
        "listens_and_reads": "RECORD_AUDIO" in asked and asked & {"READ_CONTACTS", "READ_CALL_LOG"},
        "asks_for_everything": len(app.dangerous) >= MANY,
        "no_icon": not says.launcher and app.dangerous and "INTERNET" in asked,
        "old_target": 0 < says.target < 23 and app.dangerous,
        "debuggable": says.debuggable,
    }
    for name, there in tests.items():
        if there:
            parsed.sign(f"android.{name}", "part AndroidManifest.xml")


def _one(names: list[str]) -> str:
    """Return the first name as it may stand in a place, where a comma parts what is told."""
    return safe_name(names[0]).replace(",", " ")[-120:]


def _built(app: App, parsed: Parsed) -> None:
    says = app.manifest
    broken = [d for d in says.damage if d != "unknown"]
    if broken:
        parsed.sign("android.manifest_forged", f"part AndroidManifest.xml, field {broken[0]}")
    if app.forged:
        parsed.sign("android.archive_forged", "part AndroidManifest.xml")
    if app.hidden_assets:
        parsed.sign("android.hidden_data", f"entry {_one(app.hidden_assets)}")
    if app.inner_apps:
        parsed.sign("android.app_inside", f"entry {_one(app.inner_apps)}")
    if not app.schemes:
        parsed.sign("android.unsigned")
    if b"Android Debug" in app.signers:
        parsed.sign("android.test_key")
    known = load_data(KNOWN)
    posing = says.package.startswith(tuple(known["trusted_prefixes"]))
    if posing and app.signers and not any(s.encode() in app.signers for s in known["trusted_signers"]):
        parsed.sign("android.borrowed_name", f"key {_one([says.package])}")
