"""Numbers and words for the learned model, of an app or of byte code alone."""

from anshin.engine.formats.android.signs import KNOWN, App
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.measure import logged, share
from anshin.engine.wording import load_data

COUNTED = ("links", "addresses", "names_of_banks", "bot_commands")
PACKAGES = {
    "telephony": "android/telephony/", "accessibility": "android/accessibilityservice/", "admin": "android/app/admin/",
    "crypto": "javax/crypto/", "reflection": "java/lang/reflect/", "loader": "dalvik/system/", "network": "java/net/",
    "packages": "android/content/pm/", "location": "android/location/", "media": "android/media/",
    "web": "android/webkit/", "window": "android/view/WindowManager", "process": "java/lang/Process",
    "runtime": "java/lang/Runtime", "accounts": "android/accounts/", "provider": "android/provider/",
    "http": "org/apache/http", "widget": "android/widget/", "database": "android/database/",
}  # fmt: skip
MOST_TOKENS = 3500


def add_facts(app: App, parsed: Parsed) -> None:
    """Fill `facts` (names in `features/schemas/android.yaml`) and `tokens`."""
    says, calls = app.manifest, app.calls
    listed = "\n" + "\n".join(calls)
    known = load_data(KNOWN)
    tags = [p.tag for p in says.parts]
    strings = sum(c.strings for c in app.codes)
    facts: dict[str, float] = {
        "manifest": says.there,
        "manifest_damage": len(says.damage),
        "archive_forged": logged(app.forged),
        "permissions": logged(len(says.permissions)),
        "dangerous": logged(len(app.dangerous)),
        "dangerous_share": share(len(app.dangerous), len(says.permissions)),
        **{f"may_{name.lower()}": name in says.permissions for name in known["counted"]},
        "own_permissions": share(sum("." in p for p in says.permissions), len(says.permissions)),
        "oldest": says.oldest,
        "target": says.target,
        "debuggable": says.debuggable,
        "cleartext": says.cleartext,
        "launcher": says.launcher,
        "accessibility": says.guarded_by("BIND_ACCESSIBILITY_SERVICE"),
        "device_admin": says.guarded_by("BIND_DEVICE_ADMIN"),
        "notifications": says.guarded_by("BIND_NOTIFICATION_LISTENER_SERVICE"),
        "keyboard": says.guarded_by("BIND_INPUT_METHOD"),
        "vpn": says.guarded_by("BIND_VPN_SERVICE"),
        **{f"parts_{tag}": logged(tags.count(tag)) for tag in ("activity", "service", "receiver", "provider")},
        "parts_alias": logged(tags.count("activity-alias")),
        "exported": share(sum(p.exported for p in says.parts), len(says.parts)),
        "actions": logged(len(says.actions)),
        "priority": any(p.priority >= 999 for p in says.parts),
        "package_depth": says.package.count("."),
        "entries": logged(len(app.names)),
        "assets": share(sum(n.startswith("assets/") for n in app.names), len(app.names)),
        "native": logged(sum(n.endswith(".so") for n in app.names)),
        "hidden_assets": logged(len(app.hidden_assets)),
        "inner_apps": logged(len(app.inner_apps)),
        **{f"signed_v{n}": n in app.schemes for n in (1, 2, 3)},
        "codes": len(app.codes),
        "classes_per_method": share(sum(c.classes for c in app.codes), sum(c.methods for c in app.codes)),
        "methods_per_string": share(sum(c.methods for c in app.codes), strings * 4),
        "short_names": max((c.short_names for c in app.codes), default=0.0),
        "system_calls": logged(len(calls)),
        **{f"calls_{name}": share(listed.count("\n" + start), len(calls)) for name, start in PACKAGES.items()},
        **{f"marks_{name}": logged(app.markers[name].count) if name in app.markers else 0.0 for name in COUNTED},
        "marks": logged(len(app.markers)),
    }  # fmt: skip
    parsed.facts = {name: float(value) for name, value in facts.items()}
    parsed.tokens = [
        *(f"may {name}" for name in sorted(says.permissions)[:200]),
        *(f"on {name}" for name in sorted(says.actions)[:200]),
        *(f"part {p.permission}" for p in says.parts[:200] if p.permission),
        *(f"mark {name}" for name in app.markers),
        *(f"calls {name}" for name in sorted(calls)[: MOST_TOKENS - 700]),
    ][:MOST_TOKENS]
