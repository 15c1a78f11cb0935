"""Vectors have the length that `names` says, hold no word that the layout does not know, and never break."""

import numpy as np
import pytest

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.features import extract, names
from anshin.engine.features.content import content_features
from anshin.engine.features.vector import _facts, families, hashed
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.registry import parse
from anshin.engine.identify import also, identify
from anshin.engine.limits import Limits
from anshin.engine.wording import load_data
from tests.engine.rules.test_catalogue import CASES


def parsed_cases():
    for code, case in sorted(CASES.items()):
        for data in (case.positive, case.negative):
            kind = identify(BytesContent(data), name=case.name, ask_magika=False).kind
            for found in parse((kind, *also(data, kind)), data, Budget(Limits())):
                yield code, found, data


def test_facts_and_places_of_every_parser_are_known():
    words = set(load_data("render/phrases.yaml")["places"])
    for code, found, data in parsed_cases():
        if found.family in families():
            assert set(found.facts) <= set(_facts(found.family)), code
            assert extract(found, data).values.shape == (len(names(found.family)),)
        assert len(found.tokens) <= 4096
        for place in (*(s.place for s in found.signs), *(layer.place for layer in found.layers)):
            for part in filter(None, place.detail.split(", ")):
                assert part.split(" ")[0] in words, (code, part)


@pytest.mark.parametrize("data", [b"", b"a", bytes(5000), bytes(range(256)) * 40])
def test_shares_of_the_content_sum_to_one(data):
    values = content_features(data)
    assert np.isfinite(values).all()
    if data:
        assert values[:256].sum() == pytest.approx(1, abs=1e-5)
        assert values[256:272].sum() == pytest.approx(1, abs=1e-5)


def test_unknown_family_is_refused():
    with pytest.raises(KeyError):
        names("no such family")
    with pytest.raises(KeyError):
        extract(Parsed("no such family"), b"")


def test_words_are_hashed_the_same_way_everywhere():
    assert hashed(["a", "a", "b"], 8).tolist() == hashed(["b", "a", "a"], 8).tolist()
    assert hashed(["a", "a"], 8).max() == pytest.approx(np.log(3))
