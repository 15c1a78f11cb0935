"""The model card: what a model is for, what it stands on, how it was measured, and what it must not be used for.

After Mitchell et al., "Model Cards for Model Reporting" (2019). Japanese and English; figures come from the evaluation.
"""

from collections.abc import Mapping
from typing import Any

from anshin.training.corpora.catalogue import sources
from anshin.training.corpora.packages import SOURCE as PACKAGES
from anshin.training.corpora.reports import SOURCE as REPORTS
from anshin.training.fit import Fitted
from anshin.training.split import Rules
from anshin.training.trees.train import PARAMETERS, SEED


def make_card(
    fitted: Fitted,
    rules: Rules,
    measured: Mapping[str, Any],
    attacked: Mapping[str, Any] | None,
    *,
    version: str,
    created: str,
) -> dict[str, Any]:
    """Return the card as one document."""
    used = sorted(set(fitted.table.columns["source"]))
    return {
        "schema_version": 1,
        "family": fitted.family,
        "version": version,
        "created": created,
        "intended_use": {
            "ja": f"形式「{fitted.family}」のファイルを、開かれる前に、この端末の中だけで判定します。"
            "結果はほかの指標とあわせて使い、これだけで人や会社について判断してはいけません。",
            "en": f"Judges files of the format {fitted.family} on the device itself, before they are opened. Its "
            "result is used together with other signs; nothing may be decided about a person or a company by it alone.",
        },
        "algorithm": {
            "trees": {k: fitted.booster.params.get(k, v) for k, v in PARAMETERS.items() if k != "verbosity"}
            | {"rounds": int(fitted.booster.best_iteration)},
            "deep": _network(fitted),
            "stack": fitted.stack.model_dump(),
            "seed": SEED,
        },
        "thresholds": {"watch": fitted.watch.model_dump(), "protect": fitted.protect.model_dump()},
        "claim_fpr": rules.claim_fpr,
        "data": [_source(name, int((fitted.table.columns["source"] == name).sum())) for name in used],
        "training_manifest_sha256": fitted.table.manifest_sha256(),
        "measured": {k: v for k, v in measured.items() if k in {"counts", "shipped", "sources", "left_out_as_known"}},
        "evasion": attacked["caught"] if attacked else None,
        "limits": {
            "ja": "公開されている検体だけで学習しています。検体の年代や種類に偏りがあり、"
            "実際の検出率を約束するものではありません。"
            "ライセンスの表示がない収集元から得た数値も、重みに含まれます。",
            "en": "It was trained on public samples only. They are biased in age and kind, and no detection rate in "
            "the field is promised. The weights also derive from sources that state no licence.",
        },
    }


def _source(name: str, files: int) -> dict[str, Any]:
    """Return what the card says of one source."""
    known = sources().get(name)
    if known is not None:
        told = (known.repository, known.commit, str(known.label), known.licence, known.bias)
    else:
        told = _OTHERS.get(name, ("none: not in the catalogue of sources", "", "", "unknown", "unknown"))
    keys = ("repository", "commit", "label", "licence", "bias")
    return {"source": name, **dict(zip(keys, told, strict=True)), "files": files}


def _ember(year: str, label: str) -> tuple[str, str, str, str, str]:
    return (f"EMBER{year}", "", label, "as its authors state", "numbers only; the files themselves are not published")


_OTHERS = {
    "ember2024-challenge": _ember("2024", "malicious"),
    **{f"ember{year}-{part}": _ember(year, "both") for year in ("2024", "2018") for part in ("train", "test")},
    PACKAGES: ("published packages", "", "benign", "of each package", "programs of well-known projects"),
    REPORTS: (
        "false-positive reports that the provider accepted",
        "",
        "benign",
        "of the provider's customers; no file, only which signs were found",
        "what was reported; entries other than the signs are borrowed from the most similar honest training file",
    ),
}


def _network(fitted: Fitted) -> str | None:
    """Return what became of the network: none was trained, it is part of the score, or it added nothing to it."""
    if fitted.deep is None:
        return None
    return "gated convolutions over bytes" if fitted.stack.deep > 0 else "trained, but weighs nothing, so left out"
