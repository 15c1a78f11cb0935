"""Numbers and words for the learned model, of a class or of an archive."""

from collections import Counter
from itertools import islice

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.java.signs import PROGRAMS, WATCHERS, Java
from anshin.engine.formats.measure import logged, share

PACKAGES = {
    "io": "java/io/", "network": "java/net/", "reflection": "java/lang/reflect/", "runtime": "java/lang/Runtime.",
    "process": "java/lang/Process", "loader": "java/lang/ClassLoader.", "crypto": "javax/crypto/",
    "security": "java/security/", "robot": "java/awt/Robot.", "awt": "java/awt/", "swing": "javax/swing/",
    "zip": "java/util/zip/", "files": "java/nio/file/", "text": "java/lang/String", "script": "javax/script/",
    "native": "com/sun/jna/", "system": "java/lang/System.", "thread": "java/lang/Thread.", "class": "java/lang/Class.",
    "base64": "java/util/Base64", "game": "net/minecraft/",
}  # fmt: skip
MARKS = (
    "downloads", "runs_programs", "temporary_place", "names_program", "defines_classes", "decrypts", "reads_resource",
    "hooks_keys", "takes_pictures", "run_key", "sends_to_chat", "uses_reflection", "links", "addresses", "shells",
)  # fmt: skip
_STARTS = tuple((f"calls_{name}", "\n" + start) for name, start in PACKAGES.items())
_MARKED = tuple((f"marks_{name}", name) for name in MARKS)
MOST_TOKENS = 3000


def add_facts(java: Java, parsed: Parsed) -> None:
    """Fill `facts` (names in `features/schemas/java.yaml`) and `tokens`."""
    pools, marks = java.pools, java.markers or java.words
    calls = Counter(c for p in pools for c in p.calls)
    system = (name for name, _ in calls.most_common() if name.startswith(("java", "com/sun", "sun/")))
    listed = "\n" + "\n".join(calls)
    entries = sum(p.entries for p in pools)
    classes, names = len(java.classes), java.names
    facts: dict[str, float] = {
        "archive": java.archive,
        "entries": logged(len(names)),
        "classes_share": share(classes, len(names)),
        "folders": logged(len({n.rpartition("/")[0] for n in names})),
        "depth": sum(n.count("/") for n in names) / max(1, len(names)),
        "programs": logged(sum(n.lower().endswith(PROGRAMS) for n in names)),
        "libraries": logged(sum(n.lower().endswith((".dll", ".so", ".dylib", ".jnilib")) for n in names)),
        "archives": logged(sum(n.lower().endswith((".jar", ".zip")) for n in names)),
        "no_ending": share(sum("." not in n.rsplit("/", 1)[-1] for n in names), len(names)),
        "watchers": sum(any(n.startswith(w) for n in names) for w in WATCHERS),
        "maven": any(n.startswith("META-INF/maven/") for n in names),
        "signed": any(n.upper().startswith("META-INF/") and n.upper().endswith((".RSA", ".DSA", ".EC")) for n in names),
        "main": "main-class" in java.manifest,
        "agent": "premain-class" in java.manifest or "agent-class" in java.manifest,
        "manifest_fields": logged(len(java.manifest)),
        "short_names": java.short_names,
        "version": max((p.version for p in pools), default=0),
        "damaged": share(sum(p.damaged for p in pools), len(pools)),
        "calls": logged(len(calls) / max(1, len(pools))),
        "texts_share": share(sum(p.texts for p in pools), entries),
        "calls_share": share(sum(calls.values()), entries),
        "own_calls": share(sum(not c.startswith(("java/", "javax/")) for c in calls), len(calls)),
        **{fact: min(1.0, listed.count(line) / len(calls)) if calls else 0.0 for fact, line in _STARTS},
        **{fact: share(marks[name].count, len(pools) * 8) if name in marks else 0.0 for fact, name in _MARKED},
        "marks": logged(len(marks)),
    }
    parsed.facts = {name: float(value) for name, value in facts.items()}
    parsed.tokens = [
        *(f"mark {name}" for name in marks),
        *(f"field {name}" for name in java.manifest),
        *(f"extends {p.parent}" for p in pools if p.parent),
        *(f"calls {name}" for name in islice(system, MOST_TOKENS - 500)),
        *(f"in {folder}" for folder in sorted({n.rpartition("/")[0] for n in java.names})[:200]),
    ][:MOST_TOKENS]
