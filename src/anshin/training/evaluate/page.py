"""Writes the page "detection quality" out of the results: every figure on it comes from a file in `results`."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from anshin.training.evaluate.curves import curves
from anshin.training.project import Project

NAME = "detection-quality"


def write_pages(project: Project, docs: Path) -> None:
    """Write the page in both languages with its pictures below `docs/explanation`."""
    words = yaml.safe_load(files("anshin.training.evaluate").joinpath("words.yaml").read_text(encoding="utf-8"))
    families = [f for f in project.families() if project.result(f, "test")]
    folder = docs / "explanation"
    for family in families:
        _pictures(project.result(family, "test") or {}, docs / "images")
    for language in ("ja", "en"):
        text = {key: value[language] for key, value in words.items()}
        blocks = [text["head"], _summary(project, families, text)]
        for family in families:
            measured, attacked = project.result(family, "test") or {}, project.result(family, "evasion")
            blocks += [_family(family, measured, attacked, text)]
        blocks.append(text["tail"])
        (folder / f"{NAME}.{language}.md").write_text("\n".join(blocks).rstrip() + "\n", encoding="utf-8")


def _pictures(result: dict[str, Any], folder: Path) -> None:
    family, models = result["family"], result["models"]
    names = {"byte_histogram": "byte histogram", "trees": "trees", "deep": "network", "stack": "stack"}
    lines = [(names[k], models[k]["roc"]) for k in ("stack", "trees", "deep", "byte_histogram") if k in models]
    (folder / f"{NAME}-{family}-roc.svg").write_text(
        curves(f"{family}: ROC (test)", "false positive rate (log)", "true positive rate", lines, low_x=0.0001)
    )
    reliability = [("measured", result["shipped"]["reliability"]), ("ideal", [[0, 0], [1, 1]])]
    (folder / f"{NAME}-{family}-calibration.svg").write_text(
        curves(f"{family}: calibration (test)", "predicted probability", "share of malicious files", reliability)
    )


def _percent(rate: dict[str, Any] | None, text: dict[str, str]) -> str:
    if rate is None:
        return text["not_measurable"]
    share, low, high = (100 * rate[key] for key in ("value", "low", "high"))
    return f"{share:.1f}% [{low:.1f}, {high:.1f}] ({rate['hits']}/{rate['total']})"


def _best(result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result["models"].get("stack", result["models"]["trees"])
    return found


def _summary(project: Project, families: list[str], text: dict[str, str]) -> str:
    rows = [text["summary_head"], "|---|---|---|---|---|---|---|"]
    for family in families:
        result = project.result(family, "test") or {}
        counts, best = result["counts"]["test"], _best(result)
        watch = result["shipped"]["watch"]
        rows.append(
            f"| [{family}](#{family}) | {counts['malicious']} / {counts['benign']} | {best['roc_auc']:.4f} | "
            f"{_percent(best['at_fpr']['0.01'], text)} | {_percent(best['at_fpr']['0.001'], text)} | "
            f"{_percent(watch['tpr'], text)} | {watch['fpr']['hits']}/{watch['fpr']['total']} "
            f"(≤ {100 * watch['fpr_upper']:.2f}%) |"
        )
    return "\n".join(rows) + "\n"


def _family(family: str, result: dict[str, Any], evasion: dict[str, Any] | None, text: dict[str, str]) -> str:
    lines = [f"## {family}", "", _counts(result, text), "", text["models_head"], "|---|---|---|---|---|"]
    for name, one in result["models"].items():
        lines.append(
            f"| {text['model_' + name]} | {one['roc_auc']:.4f} | {one['pr_auc']:.4f} | "
            f"{_percent(one['at_fpr']['0.01'], text)} | {_percent(one['at_fpr']['0.001'], text)} |"
        )
    shipped = result["shipped"]
    lines += [
        "",
        text["shipped"].format(
            watch=_percent(shipped["watch"]["tpr"], text),
            watch_false=_percent(shipped["watch"]["fpr"], text),
            protect=_percent(shipped["protect"]["tpr"], text),
            protect_false=_percent(shipped["protect"]["fpr"], text),
            ece=f"{shipped['calibration_error']:.3f}",
        ),
        "",
        f"![ROC](../images/{NAME}-{family}-roc.svg) ![calibration](../images/{NAME}-{family}-calibration.svg)",
        "",
        text["sources_head"],
        "|---|---|---|---|---|",
    ]
    for source, row in result["sources"].items():
        lines.append(f"| {source} | {text[row['label']]} | {row['files']} | {row['watch']} | {row['protect']} |")
    lines += ["", _evasion(evasion, text), "", *_errors(result, text)]
    return "\n".join(lines) + "\n"


def _counts(result: dict[str, Any], text: dict[str, str]) -> str:
    counts = result["counts"]
    return text["counts"].format(
        train_malicious=counts["train"]["malicious"],
        train_benign=counts["train"]["benign"],
        valid_malicious=counts["valid"]["malicious"],
        valid_benign=counts["valid"]["benign"],
        test_malicious=counts["test"]["malicious"],
        test_benign=counts["test"]["benign"],
        clusters=counts["test"]["malicious_clusters"],
        groups=counts["test"]["benign_groups"],
        left_out=result["left_out_as_known"],
    )


def _evasion(evasion: dict[str, Any] | None, text: dict[str, str]) -> str:
    if not evasion:
        return text["no_evasion"]
    rows = [text["evasion_head"].format(files=evasion["files"]), "", text["evasion_columns"], "|---|---|"]
    rows += [
        f"| {name} | {100 * one['value']:.1f}% [{100 * one['low']:.1f}, {100 * one['high']:.1f}] |"
        for name, one in evasion["caught"].items()
    ]
    return "\n".join(rows)


def _errors(result: dict[str, Any], text: dict[str, str]) -> list[str]:
    lines = []
    for side in ("missed", "false_alarms"):
        rows = result["worst"][side]
        if not rows:
            continue
        lines += [text[side].format(count=len(rows)), "", text["errors_head"], "|---|---|---|---|"]
        for row in rows:
            because = ", ".join(f"`{name}` {added:+.2f}" for name, added in row["because"])
            who = f"{row['source']} {row['family']}".strip()
            lines.append(f"| `{row['sha256'][:16]}` | {who} | {row['probability']:.4f} | {because} |")
        lines.append("")
    return lines
