import bz2
import gzip
import lzma
from collections.abc import Callable

import pytest
from backports import zstd

from anshin.engine.limits import MIB
from anshin.engine.verdict import Status
from tests.engine.samples import eicar, noise

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}
each_format = pytest.mark.parametrize("suffix", COMPRESS)


@each_format
def test_the_content_is_scanned_under_the_inner_name(judge, suffix):
    found = judge(COMPRESS[suffix](eicar()), name=f"/tmp/test.com.{suffix}")
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "test.com"
    assert judge(COMPRESS[suffix](b"hello")).status is Status.CLEAN


@each_format
def test_streams_in_a_row_are_one_file(judge, suffix):
    half = eicar()[:30], eicar()[30:]
    found = judge(COMPRESS[suffix](half[0]) + COMPRESS[suffix](half[1]))
    assert found.status is Status.MALICIOUS


@each_format
def test_what_follows_is_scanned_and_zeros_are_padding(judge, suffix):
    body = COMPRESS[suffix](b"hello")
    assert judge(body + eicar()).reasons[0].place.member == "(suffix)"
    padded = judge(body + bytes(512))
    assert padded.status is Status.CLEAN
    assert len(padded.children) == 1


@each_format
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_cut_short_is_never_clean(judge, suffix, keep):
    body = COMPRESS[suffix](noise(200_000))
    found = judge(body[: int(len(body) * keep)])
    assert found.status is Status.INCOMPLETE
    assert {g.code for g in found.gaps} == {"damaged"}


@each_format
def test_large_content_comes_out_whole(judge, suffix):
    data = noise(3 * MIB) + bytes(2 * MIB)
    found = judge(COMPRESS[suffix](data))
    assert found.children[0].size == len(data)
    assert found.status is Status.CLEAN


@each_format
def test_a_bomb_is_stopped_by_the_ratio(judge, suffix):
    found = judge(COMPRESS[suffix](bytes(8 * MIB)), ratio=20, ratio_floor_bytes=MIB)
    assert {g.code for g in found.gaps} == {"ratio"}
    assert found.status is Status.INCOMPLETE


def test_a_member_above_the_limit_is_judged_by_its_beginning_and_incomplete(judge):
    found = judge(gzip.compress(noise(3 * MIB)), file_bytes=MIB, window_bytes=MIB)
    assert "size" in {g.code for g in found.gaps}
    assert found.children[0].size == MIB
