"""Whatever is done to a chain after it was written is found."""

import copy
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.desk import chain

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
CONTENTS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=8), SCALARS | st.lists(SCALARS, max_size=3), max_size=4
)


def written(contents):
    entries, last = [], chain.START
    for number, content in enumerate(contents):
        numbered = {"number": number, "content": content}
        hashed = chain.link(last, numbered)
        entries.append((numbered, last, hashed))
        last = hashed
    return entries, last


@given(st.lists(CONTENTS, max_size=6))
def test_untouched_chain_is_whole(contents):
    entries, head = written(contents)
    assert chain.verify(entries, head) is None


@given(st.lists(CONTENTS, min_size=1, max_size=6), st.data())
def test_any_change_is_found_where_it_is(contents, data):
    entries, head = written(contents)
    at = data.draw(st.integers(0, len(entries) - 1))
    content = copy.deepcopy(entries[at][0])
    content["content"] = {"changed": content["content"]}
    entries[at] = (content, *entries[at][1:])
    found = chain.verify(entries, head)
    assert found is not None
    assert found.position == at + 1


@given(st.lists(CONTENTS, min_size=1, max_size=6), st.data())
def test_any_change_with_a_new_hash_is_found(contents, data):
    entries, head = written(contents)
    at = data.draw(st.integers(0, len(entries) - 1))
    content = {"forged": True}
    entries[at] = (content, entries[at][1], chain.link(entries[at][1], content))
    found = chain.verify(entries, head)
    assert found is not None
    assert found.position == at + 2


@given(st.lists(CONTENTS, min_size=1, max_size=6), st.data())
def test_any_removal_is_found(contents, data):
    entries, head = written(contents)
    del entries[data.draw(st.integers(0, len(entries) - 1))]
    assert chain.verify(entries, head) is not None


@given(st.lists(CONTENTS, min_size=2, max_size=6), st.data())
def test_any_reordering_is_found(contents, data):
    entries, head = written(contents)
    order = data.draw(st.permutations(range(len(entries))).filter(lambda order: list(order) != sorted(order)))
    assert chain.verify([entries[at] for at in order], head) is not None


@given(st.lists(CONTENTS, min_size=1, max_size=6), st.data())
def test_a_cut_at_the_end_is_found_by_the_head(contents, data):
    entries, head = written(contents)
    kept = data.draw(st.integers(0, len(entries) - 1))
    found = chain.verify(entries[:kept], head)
    assert found == chain.Break(kept + 1, "entries are missing at the end")


@given(CONTENTS, CONTENTS)
def test_an_entry_in_between_is_found(first, second):
    entries, head = written([first, second])
    extra = {"number": 9}
    entries.insert(1, (extra, entries[0][2], chain.link(entries[0][2], extra)))
    assert chain.verify(entries, head) is not None


@given(st.text(st.characters(codec="utf-8")))
def test_composed_and_decomposed_text_are_the_same(text):
    assert chain.canonical_bytes({"t": unicodedata.normalize("NFD", text)}) == chain.canonical_bytes(
        {"t": unicodedata.normalize("NFC", text)}
    )


def test_key_order_does_not_matter():
    assert chain.canonical_bytes({"a": 1, "b": [1.5, None]}) == chain.canonical_bytes({"b": [1.5, None], "a": 1})


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}], ids=["bytes", "object", "set"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError, match="canonical form"):
        chain.canonical_bytes({"v": value})
