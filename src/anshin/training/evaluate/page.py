"""Writes the page "detection quality" out of the results: every figure on it comes from a file in `results`."""

from pathlib import Path
from typing import Any

from anshin.engine.features.vector import families as formats
from anshin.training.ember.rows import FAMILIES as EMBER
from anshin.training.evaluate import sections
from anshin.training.evaluate.pictures import NAMES, draw, file_name
from anshin.training.evaluate.reasons import Language
from anshin.training.evaluate.wording import Text, table, words
from anshin.training.project import Project

NAME = "detection-quality"


def write_pages(project: Project, docs: Path) -> None:
    """Write the page in both languages with its pictures, below `docs/explanation` and `docs/images`."""
    results = {f: found for f in project.families() if (found := project.result(f, "test"))}
    folder, images = docs / "explanation", docs / "images"
    for place in (folder, images):
        place.mkdir(parents=True, exist_ok=True)
    languages: tuple[Language, ...] = ("ja", "en")
    for language in languages:
        text = words(language)
        blocks = [text["head"], _summary(results, text)]
        for family, result in results.items():
            draw(NAME, result, images, text, language)
            blocks.append(_family(project, family, result, text, language))
        blocks += [_without(set(results), text, language), text["tail"]]
        page = "\n".join(blocks).rstrip() + "\n"
        (folder / f"{NAME}.{language}.md").write_text(page, encoding="utf-8")


def _summary(results: dict[str, Any], text: Text) -> str:
    rows = [text["summary_head"], "|---|---|---|---|---|---|---|"]
    for family, result in results.items():
        counts, best, watch = result["counts"]["test"], sections.best(result), result["shipped"]["watch"]
        rates = (best["at_fpr"]["0.01"], best["at_fpr"]["0.001"], watch["tpr"])
        rows.append(
            f"| [{family}](#{family}) | {counts['malicious']} / {counts['benign']} | {best['roc_auc']:.5f} | "
            f"{' | '.join(sections.percent(rate, text, result) for rate in rates)} | "
            f"{watch['fpr']['hits']}/{watch['fpr']['total']} (≤ {100 * watch['fpr_upper']:.2f}%) |"
        )
    return "\n".join(rows) + "\n"


def _family(project: Project, family: str, result: dict[str, Any], text: Text, language: Language) -> str:
    pictures = " ".join(
        f"![{text[f'{name}_title'].format(family=family)}](../images/{file_name(NAME, family, name, language)})"
        for name in NAMES
    )
    blocks = [
        [f"## {family}"],
        [sections.counts(result, text)],
        sections.models(result, text),
        [pictures],
        sections.sources(result, text),
        sections.families(result, text),
        sections.peers(project.result(family, "peers"), result, text),
        sections.evasion(project.result(family, "evasion"), result, text, language),
        sections.errors(result, text, language),
    ]
    return "\n\n".join("\n".join(block).rstrip() for block in blocks if block) + "\n"


def _without(measured: set[str], text: Text, language: Language) -> str:
    """Return the formats that the engine reads and no model judges, each with the reason."""
    judged = measured | {EMBER[family] for family in measured if family in EMBER}
    why = table("without_model.yaml")
    rows = [
        f"| {family} | {why[family][language] if family in why else text['not_trained']} |"
        for family in formats()
        if family not in judged
    ]
    return "\n".join([text["without_head"], *rows]) + "\n"
