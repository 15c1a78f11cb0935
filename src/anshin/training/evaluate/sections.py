"""What the page says of one family: a list of blocks, each from a result."""

from typing import Any

from anshin.training.evaluate.evasion.attack import BEFORE, WORST
from anshin.training.evaluate.metrics import wilson
from anshin.training.evaluate.reasons import Language, told
from anshin.training.evaluate.wording import Text, table

Result = dict[str, Any]


def percent(rate: Result | None, text: Text, result: Result) -> str:
    """Return a rate with its interval and counts, or that it cannot be measured.

    Where a format has so few files that no rate may be claimed, it is `x of y` with the interval.
    """
    if rate is None:
        return text["not_measurable"]
    share, low, high = (100 * rate[key] for key in ("value", "low", "high"))
    if result["claim_fpr"] is None:
        return f"{rate['hits']}/{rate['total']} [{low:.0f}–{high:.0f}%]"
    return f"{share:.1f}% [{low:.1f}, {high:.1f}] ({rate['hits']}/{rate['total']})"


def best(result: Result) -> Result:
    """Return the measurements of the model that is shipped: the stack, or the trees where there is no network."""
    found: Result = result["models"][result["shipped_model"]]
    return found


def counts(result: Result, text: Text) -> str:
    """Return how many files train, choose and test."""
    by_part = result["counts"]
    values = {f"{part}_{label}": by_part[part][label] for part in by_part for label in ("malicious", "benign")}
    told_counts = text["counts"].format(
        **values,
        clusters=by_part["test"]["malicious_clusters"],
        groups=by_part["test"]["benign_groups"],
        left_out=result["left_out_as_known"],
    )
    return told_counts if result["claim_fpr"] is not None else f"{told_counts}\n\n{text['only_counts']}"


def models(result: Result, text: Text) -> list[str]:
    """Return the baselines and our models on the same files, the goal, and the shipped thresholds."""
    lines = [text["models_head"], "|---|---|---|---|---|"]
    for name, one in result["models"].items():
        lines.append(
            f"| {text['model_' + name]} | {one['roc_auc']:.5f} | {one['pr_auc']:.5f} | "
            f"{percent(one['at_fpr']['0.01'], text, result)} | {percent(one['at_fpr']['0.001'], text, result)} |"
        )
    goal = table("goals.yaml")["caught"].get(result["family"])
    if goal is not None:
        rate = best(result)["at_fpr"]["0.01"]
        word = "" if rate is None else text["goal_reached" if rate["value"] >= goal else "goal_missed"]
        lines += ["", text["goal"].format(goal=100 * goal, measured=percent(rate, text, result), word=word).rstrip()]
    shipped = result["shipped"]
    lines += [
        "",
        text["shipped"].format(
            watch=percent(shipped["watch"]["tpr"], text, result),
            watch_false=percent(shipped["watch"]["fpr"], text, result),
            protect=percent(shipped["protect"]["tpr"], text, result),
            protect_false=percent(shipped["protect"]["fpr"], text, result),
            ece=f"{shipped['calibration_error']:.3f}",
        ),
    ]
    if shipped["protect"]["threshold"] >= 1:
        lines += ["", text["never_alone"]]
    if "deep" in result["models"] and result["shipped_model"] == "trees":
        lines += ["", text["network_left_out"]]
    if result.get("challenge"):
        lines += ["", text["challenge"].format(**result["challenge"])]
    return lines


def sources(result: Result, text: Text) -> list[str]:
    """Return what was found by source: never one pooled number alone."""
    rows = [
        f"| {source} | {text[row['label']]} | {row['files']} | {row['watch']} | {row['protect']} |"
        for source, row in result["sources"].items()
    ]
    return [text["sources_head"], "|---|---|---|---|---|", *rows]


def families(result: Result, text: Text) -> list[str]:
    """Return what was caught and missed of each family of malware, where any is named."""
    rows = result["malware_families"]
    if not any(row["family"] for row in rows):
        return []
    lines = [
        f"| {row['family'] or text['not_named']} | {row['files']} | {row['watch']} | {row['protect']} | "
        f"{row['files'] - row['watch']} |"
        for row in rows
    ]
    return [text["families_head"], *lines]


def peers(found: Result | None, result: Result, text: Text) -> list[str]:
    """Return others' detectors and our rules alone on the same files; nothing of another table."""
    if not found:
        return [text["no_peers"]]
    if found["training_manifest_sha256"] != result["training_manifest_sha256"]:
        return [text["stale_peers"]]
    watch, at = result["shipped"]["watch"], best(result)["at_fpr"]["0.01"]
    ours = [_wilson(watch["tpr"]), _wilson(watch["fpr"]), None if at is None else _wilson(at)]
    rows = [(text["peer_ours"], ours[0], ours[1], ours[2], best(result)["roc_auc"], 0)]
    for name, one in found["peers"].items():
        own, at = one["own"], one["at_fpr"]["0.01"]
        tpr, fpr = (own["tpr"], own["fpr"]) if own else (None, None)
        rows.append((text[f"peer_{name}"], tpr, fpr, at and at["tpr"], one["roc_auc"], one["unread"]))
    lines = []
    for name, tpr, fpr, third, auc, unread in rows:
        first = [percent(rate, text, result) if rate else text["no_threshold"] for rate in (tpr, fpr)]
        lines.append(f"| {name} | {first[0]} | {first[1]} | {percent(third, text, result)} | {auc:.4f} | {unread} |")
    return [text["peers_head"].format(**found["counts"]), *lines]


def _wilson(rate: Result) -> Result:
    return wilson(rate["hits"], rate["total"]).document()


def evasion(found: Result | None, result: Result, text: Text, language: Language) -> list[str]:
    """Return what is still caught after each edit, ours beside the baseline, and what the worst edit costs.

    Nothing of another table is shown.
    """
    if not found:
        return [text["no_evasion"]]
    if found.get("training_manifest_sha256") != result["training_manifest_sha256"]:
        return [text["stale_evasion"]]
    names, simple = table("edits.yaml"), (found.get("byte_histogram") or {}).get("caught", {})
    lines = [text["evasion_head"].format(files=found["files"]), "", text["evasion_columns"], "|---|---|---|"]
    for name, one in found["caught"].items():
        word = names[name][language].format(queries=found["queries"])
        lines.append(f"| {word} | {percent(one, text, result)} | {percent(simple.get(name), text, result)} |")
    goal = table("goals.yaml")["evasion_loss"]
    loss = found["caught"][BEFORE]["value"] - found["caught"][WORST]["value"]
    reached = text["goal_reached" if loss <= goal else "goal_missed"]
    return [*lines, "", text["evasion_loss"].format(loss=100 * loss, goal=100 * goal, word=reached)]


def errors(result: Result, text: Text, language: Language) -> list[str]:
    """Return the worst errors of each side, each with its reasons in words."""
    lines: list[str] = []
    for side in ("missed", "false_alarms"):
        rows = result["worst"][side]
        if not rows:
            continue
        lines += [text[side].format(count=len(rows)), "", text["errors_head"], "|---|---|---|---|"]
        for row in rows:
            why = told(row["because"], text, language, missed=side == "missed")
            who = f"{row['source']} {row['family']}".strip()
            lines.append(f"| `{row['sha256'][:16]}` | {who} | {row['probability']:.4f} | {why} |")
        lines.append("")
    return lines
