"""The sealed form: any size, one chunk of memory, every change found."""

import os
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.agent.errors import DamagedBlob
from anshin.agent.keys import ItemKeys
from anshin.agent.vault import CHUNK_BYTES, decrypt, encrypt, hash_file

KEY = b"k" * 32


def seal(tmp_path: Path, data: bytes) -> bytes:
    plain, sealed = tmp_path / secrets.token_hex(4), tmp_path / secrets.token_hex(4)
    plain.write_bytes(data)
    with plain.open("rb") as source, sealed.open("wb") as sink:
        sha256, size = encrypt(source.fileno(), sink.fileno(), KEY)
        assert (sha256, size) == (hash_file(source.fileno()), len(data))
    return sealed.read_bytes()


def unseal(tmp_path: Path, sealed: bytes, key: bytes = KEY) -> bytes:
    path = tmp_path / secrets.token_hex(4)
    path.write_bytes(sealed)
    parts: list[bytes] = []
    with path.open("rb") as source:
        decrypt(source.fileno(), parts.append, key, item="x")
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_round_trip(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    sealed = seal(tmp_path, data)
    assert unseal(tmp_path, sealed) == data
    with pytest.raises(DamagedBlob):
        unseal(tmp_path, sealed, b"o" * 32)


def test_chunks_cannot_be_cut_swapped_or_dropped(tmp_path: Path) -> None:
    sealed = seal(tmp_path, os.urandom(3 * CHUNK_BYTES))
    step = CHUNK_BYTES + 16
    head, one, two, three = (
        sealed[:12], sealed[12 : 12 + step], sealed[12 + step : 12 + 2 * step], sealed[12 + 2 * step :],
    )  # fmt: skip
    assert unseal(tmp_path, head + one + two + three)
    orders: tuple[list[bytes], ...] = ([one, two], [two, one, three], [one, three], [], [one, two, three, three])
    for forged in (*(head + b"".join(order) for order in orders), b""):
        with pytest.raises(DamagedBlob):
            unseal(tmp_path, forged)


@given(data=st.binary(max_size=200), where=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory, data: bytes, where: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("vault")
    sealed = bytearray(seal(folder, data))
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(DamagedBlob):
        unseal(folder, bytes(sealed))


def test_item_keys_are_bound_to_their_item(tmp_path: Path) -> None:
    keys = ItemKeys(tmp_path / "master.key")
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    key, wrapped = keys.new("one")
    again = ItemKeys(tmp_path / "master.key")
    assert again.unwrap("one", wrapped) == key
    with pytest.raises(DamagedBlob):
        again.unwrap("two", wrapped)
