"""Every trick is seen and told in words; the same file without it is clean, and nobody is told anything."""

import re

import pytest

from anshin.engine.formats.registry import parser_of
from anshin.engine.identify.decide import unsupported_containers
from anshin.engine.render.explain import explain
from anshin.engine.verdict import Status
from tests.engine.samples import zipped
from tests.engine.tricks.build import Trick, tricks

ALL = tricks()


CONTAINERS = frozenset({"iso"})


def needs(trick: Trick) -> None:
    """Skip a trick whose readers have not been merged yet."""
    for kind in trick.readers:
        if kind in unsupported_containers() if kind in CONTAINERS else parser_of(kind) is None:
            pytest.skip(f"there is no reader of {kind} yet")


@pytest.mark.parametrize("trick", ALL, ids=lambda t: t.code)
def test_armed_is_found_and_told(judge, trick):
    needs(trick)
    found = judge(trick.armed, name=trick.name)
    assert found.status in {Status.MALICIOUS, Status.SUSPICIOUS}, explain(found, "en")
    told = max(found.reasons, key=lambda r: r.weight)
    assert told.weight >= 0.5
    assert re.search(r"[ぁ-ん]", told.ja)
    assert told.en.endswith(".")
    for language in ("ja", "en"):
        assert getattr(told, language) in explain(found, language)


@pytest.mark.parametrize("trick", ALL, ids=lambda t: t.code)
def test_cleaned_is_clean(judge, trick):
    needs(trick)
    found = judge(trick.cleaned, name=trick.cleaned_name or trick.name)
    assert found.status is Status.CLEAN, explain(found, "en")


@pytest.mark.parametrize("trick", ALL, ids=lambda t: t.code)
def test_armed_inside_a_mailed_archive_is_found_too(judge, trick):
    needs(trick)
    found = judge(zipped({f"folder/{trick.name}": trick.armed}), name="attachment.zip")
    assert found.status in {Status.MALICIOUS, Status.SUSPICIOUS}, explain(found, "en")
    assert any(trick.name in r.place.member for r in found.reasons)


def test_they_are_the_tricks_that_were_promised():
    assert len({t.code for t in ALL}) == 13
    assert len({t.armed for t in ALL} | {t.cleaned for t in ALL}) == 26
