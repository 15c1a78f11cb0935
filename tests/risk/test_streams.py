import numpy as np
import pytest

from anshin.risk.errors import ParameterError
from anshin.risk.streams import stream


def test_the_same_key_gives_the_same_numbers_forever():
    drawn = stream(7, 1, 2, 3).random(3)
    assert np.array_equal(drawn, stream(7, 1, 2, 3).random(3))
    # Philox 4x64-10 with key (7, 1) and counter (0, 0, 2, 3): fixed by its definition
    assert drawn.tolist() == [0.9168230084950217, 0.38787195559846377, 0.03309824285417318]


@pytest.mark.parametrize("other", [(8, 1, 2, 3), (7, 2, 2, 3), (7, 1, 3, 3), (7, 1, 2, 4), (7, 1, 3, 2)])
def test_any_other_key_gives_others(other):
    assert not np.intersect1d(stream(7, 1, 2, 3).random(1000), stream(*other).random(1000)).size


def test_streams_are_independent_in_the_eye_of_a_correlation():
    rows = np.array([stream(1, 1, company).standard_normal(4000) for company in range(30)])
    off = np.corrcoef(rows)[~np.eye(30, dtype=bool)]
    assert abs(off).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize("key", [(-1, 0), (0, 1.5), (1 << 64, 0), (0, 0, "a")])
def test_keys_without_meaning_are_refused(key):
    with pytest.raises(ParameterError):
        stream(*key)
