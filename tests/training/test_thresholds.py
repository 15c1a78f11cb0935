"""Thresholds: by groups of honest files, extrapolated where there are few, and none to block where nothing is shown."""

import numpy as np

from anshin.training.fit import (
    CHEAP,
    GROUPS_TO_PROTECT,
    PROTECT_FPR,
    STRICTER,
    WATCH_FPR,
    tail_threshold,
    threshold,
    watch_threshold,
)


def honest_and_malicious(groups: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return probabilities, labels and groups: honest log-odds exponential from -4 on, malicious around 6."""
    chance = np.random.default_rng(seed)
    logits = np.concatenate([-4 + chance.exponential(1.0, groups), chance.normal(6, 1, 200)])
    labels = np.array([0] * groups + [1] * 200, dtype=np.int8)
    names = np.array([f"g{n}" for n in range(groups)] + [""] * 200, dtype=object)
    return 1 / (1 + np.exp(-logits)), labels, names


def test_tail_of_few_scores_finds_the_rare_one():
    chance = np.random.default_rng(3)
    logits = -4 + chance.exponential(1.0, 400)
    found = tail_threshold(1 / (1 + np.exp(-logits)), 0.001)
    true = -4 + np.log(1 / 0.001)  # the quantile of the distribution that they were drawn from
    assert abs(np.log(found / (1 - found)) - true) < 1.0
    assert found > tail_threshold(1 / (1 + np.exp(-logits)), 0.01)


def test_equal_scores_have_no_tail_and_stay_a_probability():
    assert 0 < tail_threshold(np.full(50, 0.2), 0.001) < 1
    assert tail_threshold(np.ones(50), 0.001) <= 1


def test_few_groups_never_give_a_threshold_to_block():
    few = honest_and_malicious(GROUPS_TO_PROTECT - 1)
    assert threshold(*few, PROTECT_FPR, above=0.5).probability == 1.0
    many = honest_and_malicious(GROUPS_TO_PROTECT)
    assert 0.5 < threshold(*many, PROTECT_FPR, above=0.5).probability < 1.0


def test_small_packages_count_as_much_as_large_ones():
    honest = np.concatenate([np.full(1000, 0.1), [0.9, 0.9], np.full(300, 0.2)])
    probability = np.concatenate([honest, np.full(200, 0.95)])
    labels = np.array([0] * len(honest) + [1] * 200, dtype=np.int8)
    groups = np.array(["large"] * 1000 + [f"small{n}" for n in range(302)] + [""] * 200, dtype=object)
    # two files of 1,302 are below 1 %, and so are two packages of 303; of the target of 0.5 % only the files are
    assert threshold(probability, labels, groups, 0.01).probability < 0.9
    assert threshold(probability, labels, groups, 0.005).probability > 0.9


def test_one_large_package_counts_by_its_files_too():
    probability = np.concatenate([np.full(100, 0.9), np.full(900, 0.1), np.full(200, 0.95)])
    labels = np.array([0] * 1000 + [1] * 200, dtype=np.int8)
    groups = np.array(["large"] * 100 + [f"small{n}" for n in range(900)] + [""] * 200, dtype=object)
    assert threshold(probability, labels, groups, 0.01).probability > 0.9


def test_watching_becomes_stricter_where_it_costs_nothing():
    easy = honest_and_malicious(2000)
    found = watch_threshold(*easy)
    assert found.target_fpr == STRICTER[-1]
    assert found.tpr >= threshold(*easy, WATCH_FPR).tpr - CHEAP
    probability, labels, names = easy
    hard = np.where(
        labels == 1, np.clip(np.random.default_rng(1).normal(0.3, 0.2, len(labels)), 0.01, 0.99), probability
    )
    assert watch_threshold(hard, labels, names).target_fpr == WATCH_FPR
