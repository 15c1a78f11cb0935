"""Encrypted archives open with words from the mail around them and with common ones, and with nothing else."""

import pytest

from anshin.engine.budget import Budget
from anshin.engine.limits import Limits
from anshin.engine.unpack.passwords import candidates, learn
from anshin.engine.verdict import Status
from tests.engine.archive_samples import locked_zip, sevenzipped
from tests.engine.samples import eicar, gap_codes, noise, reason_codes

MEMBERS = {"notes.txt": b"hello", "test.com": eicar()}


@pytest.mark.parametrize("aes", [False, True], ids=["old cipher", "AES"])
def test_zip_with_a_common_password_is_opened(judge, aes):
    found = judge(locked_zip(MEMBERS, "infected", aes=aes))
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "test.com"
    assert "archive.password_common" in reason_codes(found)
    assert not found.gaps
    harmless = judge(locked_zip({"a.txt": b"hello", "b.bin": noise(9000)}, "1234", aes=aes))
    assert harmless.status is Status.CLEAN
    assert [c.size for c in harmless.children] == [5, 9000]


@pytest.mark.parametrize("aes", [False, True], ids=["old cipher", "AES"])
def test_zip_that_no_word_opens_is_incomplete(judge, aes):
    found = judge(locked_zip(MEMBERS, "nobody would guess this", aes=aes))
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"encrypted"}


@pytest.mark.parametrize("hide_names", [False, True])
def test_7z_with_a_common_password_is_opened(judge, hide_names):
    found = judge(sevenzipped(MEMBERS, "infected", hide_names=hide_names))
    assert found.status is Status.MALICIOUS
    assert not found.gaps
    locked = judge(sevenzipped({"a.txt": b"x"}, "nobody would guess this", hide_names=hide_names))
    assert gap_codes(locked) == {"encrypted"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Password: kX7-tulip", "kX7-tulip"),
        ("The password is tulip47.", "tulip47"),
        ("password for the archive is\n\n  tulip47\n", "tulip47"),
        ("解凍パスワードは「さくら2026」です。", "さくら2026"),
        ("パスワード：abcd1234", "abcd1234"),
        ("パスワード\n\n  ＡＢ１２ｃｄ\n", "AB12cd"),
        ("PW→ q1w2e3", "q1w2e3"),
        ("<pw = zz_99>", "zz_99"),
        ("Use 'open sesame' or \"tulip47\".", "tulip47"),
        ("Mot de passe : fleur-8", "fleur-8"),
    ],
)
def test_words_that_may_be_a_password_are_found(text, word):
    budget = Budget(Limits())
    learn(text, budget)
    assert word in budget.passwords(), budget.passwords()


def test_learning_is_bounded_and_comes_before_the_common_words():
    budget = Budget(Limits())
    learn(" ".join(f"word{n}" for n in range(5000)), budget)
    assert len(budget.passwords()) <= 200
    assert candidates(budget)[0] == budget.passwords()[0]
    assert candidates(budget)[-1] not in budget.passwords()
