"""A reader with mistakes in it, for the test of the fuzzer: one raises, one hangs, one eats memory."""

import time

SEEDS = [b"magic-0000", b"text"]


def run(data: bytes) -> None:
    """Fail in a way that the bytes choose."""
    if data[:6] == b"magic-":
        if data[6:7] == b"1":
            raise IndexError("planted")
        if data[6:7] == b"2":
            raise KeyError("planted too")
        if data[6:7] == b"3" and data[7:8] == b"h":
            time.sleep(60)
