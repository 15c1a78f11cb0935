"""A verdict at length: why, what was not scanned, and what to do."""

from anshin.engine.models.coverage import rules_only
from anshin.engine.render.places import told
from anshin.engine.render.text import Language, line, note, phrases
from anshin.engine.verdict import Place, Verdict


def explain(verdict: Verdict, language: Language) -> str:
    """Return several lines; the first is the one-line form."""
    words = phrases()
    label = {key: pair[language] for key, pair in words["labels"].items()}
    limits, status = verdict.thresholds, words["status"]
    marks = (
        f">= {limits.suspicious:.2f} {status['suspicious'][language]}, "
        f">= {limits.malicious:.2f} {status['malicious'][language]}"
    )
    lines = [
        line(verdict, language),
        f"  SHA-256: {verdict.sha256 or '-'}",
        f"  {label['type']}: {verdict.type.kind} ({verdict.type.mime})",
        f"  {label['score']}: {verdict.score:.2f} ({marks})",
    ]
    if verdict.reasons:
        lines.append(f"  {label['reasons']}:")
        for reason in verdict.reasons:
            lines.append(f"    - {getattr(reason, language)} [{reason.code}, {reason.weight:.2f}]")
            lines += _where(reason.place, label["place"], language)
            if reason.attack:
                lines.append(f"      {label['technique']}: {', '.join(reason.attack)}")
    if verdict.gaps:
        lines.append(f"  {label['gaps']}:")
        for gap in verdict.gaps:
            lines.append(f"    - {getattr(gap, language)} [{gap.code}]")
            lines += _where(gap.place, label["place"], language)
    if rules_only(verdict):
        lines.append(f"  {label['notes']}: {note('rules_only', verdict.type.kind)[language]}")
    versions = verdict.versions
    models = "" if versions.model == "none" else f", {label['models']} {versions.model}"
    lines += [
        f"  {label['advice']}: {words['advice'][verdict.status][language]}",
        f"  {label['judged_by']}: anshin {versions.engine}, {label['rules']} {versions.rules}{models}",
    ]
    return "\n".join(lines)


def _where(place: Place, label: str, language: Language) -> list[str]:
    where = told(place, language)
    return [f"      {label}: {where}"] if where else []
