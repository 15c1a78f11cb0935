"""Tables keep what they are given, and a split never lets near-duplicates stand on both sides."""

from dataclasses import replace

import numpy as np
import pytest

from anshin.engine.examination import words_hash
from anshin.engine.features import names
from anshin.engine.service import Engine, EngineSettings
from anshin.training.clusters import pdf_structure, script_structure
from anshin.training.corpora import Label, Sample
from anshin.training.errors import SplitError, TableError
from anshin.training.folds import components, out_of_fold
from anshin.training.split import Part, Rules, Split, split
from anshin.training.tables.build import build_source
from anshin.training.tables.merge import merged
from anshin.training.tables.store import Row, make_table, read_table, write_table


def row(number: int, label: str = "benign", **known: str) -> Row:
    values = np.array([number, number / 3, -1.5], dtype=np.float16).astype(np.float32)
    base = {"source": "s", "family": "", "date": "", "group": "", "cluster": f"c{number}", "name": ""}
    return Row(sha256=f"{number:064x}", label=label, values=values, **{**base, **known})


def table(rows):
    return make_table("t", ("a", "b", "c"), rows)


def test_table_comes_back_as_it_was(tmp_path):
    before = table([row(2), row(1, "malicious", date="2016-09-01")])
    write_table(before, tmp_path / "t.parquet")
    after = read_table(tmp_path / "t.parquet")
    assert after.names == before.names
    assert np.array_equal(after.features, before.features)
    assert all(np.array_equal(after.columns[c], before.columns[c]) for c in before.columns)
    assert after.manifest_sha256() == before.manifest_sha256()


def test_order_of_the_samples_does_not_change_the_table():
    rows = [row(n) for n in range(5)]
    assert table(rows).manifest_sha256() == table(rows[::-1]).manifest_sha256()
    assert np.array_equal(table(rows).features, table(rows[::-1]).features)


def test_damaged_table_is_refused(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"nothing")
    with pytest.raises(TableError, match="build it anew"):
        read_table(tmp_path / "t.parquet")


def test_contradiction_and_repetition_leave_the_merged_table(tmp_path):
    write_table(table([row(1), row(2), row(3, cluster="x"), row(4, cluster="x")]), tmp_path / "a.t.parquet")
    write_table(table([row(1, "malicious", source="m"), row(2, source="o")]), tmp_path / "b.t.parquet")
    found = merged("t", tmp_path.glob("*.parquet"), per_cluster=1)
    assert [int(h, 16) for h in found.columns["sha256"]] == [2, 3]


def test_malicious_rows_of_a_source_are_bounded_and_honest_ones_are_not(tmp_path):
    write_table(
        table([row(n, "malicious") for n in range(9)] + [row(n) for n in range(20, 29)]), tmp_path / "a.t.parquet"
    )
    found = merged("t", tmp_path.glob("*.parquet"), most=4)
    assert [int(h, 16) for h in found.columns["sha256"]] == [0, 1, 2, 3, *range(20, 29)]
    assert set(found.nameless().columns["name"]) == {""}


def rules(**changes: object) -> Rules:
    train = {"malicious": (Part("m"),), "benign": (Part("b"),)}
    test = {"malicious": (Part("later"),), "benign": (Part("b", share=0.3),)}
    return Rules("t", train, test, 0.01, **changes)  # type: ignore[arg-type]


def many() -> list[Row]:
    rows = [row(n, "malicious", source="m", cluster=f"m{n % 40}") for n in range(200)]
    rows += [row(1000 + n, "malicious", source="later", cluster=f"m{n % 80}") for n in range(240)]
    return rows + [row(3000 + n, source="b", group=f"g{n % 50}") for n in range(400)]


def test_no_cluster_and_no_group_stands_on_two_sides():
    made = table(many())
    parts = split(made, rules())
    clusters, groups = made.columns["cluster"], made.columns["group"]
    malicious = made.labels() == 1
    assert not set(clusters[parts.test & malicious]) & set(clusters[(parts.train | parts.valid) & malicious])
    assert not set(groups[parts.test & ~malicious]) & set(groups[(parts.train | parts.valid) & ~malicious])
    assert not set(groups[parts.valid & ~malicious]) & set(groups[parts.train & ~malicious])
    assert not (parts.train & parts.valid).any()
    assert parts.left_out == 120  # clusters m0 to m39 of the later source are known


def test_split_without_a_class_is_refused():
    with pytest.raises(SplitError, match="malicious"):
        split(table([row(n, source="b", group=f"g{n}") for n in range(30)]), rules())


def test_part_by_date_takes_no_row_without_one():
    made = table([row(1, date="2016-08-31"), row(2, date="2016-09-01"), row(3)])
    assert Part("s", start="2016-09").mask(made).tolist() == [False, True, False]
    assert Part("s", end="2016-09").mask(made).tolist() == [True, False, False]


def test_structure_of_a_script_of_empty_lines_is_found_in_one_pass():
    empty = "\n" * 200_000  # by the square of the lines this would take hours
    assert script_structure(f"f(a);{empty}# end") == script_structure("f(b);")


def test_structure_sees_through_new_names_strings_and_numbers():
    one = script_structure('var abc = "xyz" + 12; // hello\nf(abc);')
    assert one == script_structure("var q=   'other'+7;\n  g(q);")
    assert one != script_structure("var q = 'other'; g(q, q); h();")
    body = b"%PDF-1.4\n1 0 obj <</Length 3>>stream\nabc\nendstream"
    assert pdf_structure(body) == pdf_structure(body.replace(b"abc", b"defghi").replace(b"1 0", b"7 0"))
    assert words_hash(["b", "a", "a"]) == words_hash(["a", "b"])


def test_rows_come_out_of_the_jail(tmp_path, said):
    script = b"// a harmless script\nfunction add(a, b) { return a + b; }\nconsole.log(add(1, 2));\n"
    samples = [Sample(script + b"%d;\n" % n, f"{n}.js", Label.BENIGN, "s") for n in range(12)]
    samples.append(Sample(samples[0].data, "again.js", Label.BENIGN, "s"))
    with Engine(EngineSettings(models=())) as engine:
        tally = build_source(samples, engine, tmp_path, "s", seen=set(), say=said.append)
    assert (tally.read, tally.repeated, tally.clustered) == (13, 1, 4)  # one structure gives eight rows
    found = read_table(tmp_path / "s.javascript.parquet")
    assert len(found) == 8
    assert found.names == names("javascript")
    assert np.isfinite(found.features).all()


def test_groups_that_always_train_are_in_no_other_part():
    rows = [row(n, "malicious" if n % 2 else "benign", group=f"g{n % 100}") for n in range(400)]
    found = table(rows)
    by = Rules(
        "t",
        {"malicious": (Part("s"),), "benign": (Part("s"),)},
        {"malicious": (Part("s", share=0.3),), "benign": (Part("s", share=0.6),)},
        None,
        always_train=frozenset({"g0", "g2", "g1"}),
    )
    parts = split(found, by)
    pinned = np.isin(found.columns["group"].astype(str), ["g0", "g1", "g2"])
    assert (parts.train[pinned]).all()
    assert not (parts.test | parts.valid)[pinned].any()


def test_what_hangs_together_by_package_or_likeness_is_one_component():
    rows = [
        row(1, group="a", cluster="x"),
        row(2, group="b", cluster="x"),
        row(3, group="b", cluster="y"),
        row(4, group="c", cluster="z"),
    ]
    found = components(table(rows))
    assert found[0] == found[1] == found[2] != found[3]


def test_scores_out_of_folds_come_from_trees_that_did_not_see_the_file():
    chance = np.random.default_rng(1)
    rows = []
    for n in range(300):
        label = n % 2
        values = np.array([label + chance.normal(0, 0.4), chance.normal(), n], dtype=np.float16).astype(np.float32)
        rows.append(replace(row(n, "malicious" if label else "benign", group=f"g{n // 4}"), values=values))
    found = table(rows)
    everything = np.ones(len(found), dtype=bool)
    parts = Split(everything, ~everything, ~everything, 0, ~everything)
    scores = out_of_fold(found, found.features, parts, 20)
    assert not np.isnan(scores).any()
    labels = found.labels()
    assert scores[labels == 1].mean() > scores[labels == 0].mean()
    flipped = table(
        [replace(r, label="benign" if r.label == "malicious" else "malicious") if r.group == "g3" else r for r in rows]
    )
    again = out_of_fold(flipped, flipped.features, parts, 20)
    mine = found.columns["group"] == "g3"
    assert np.array_equal(scores[mine], again[mine])  # its own labels change nothing about its own scores
