"""Tests of training need the `train` extra, which `make test-train` brings; elsewhere they are left out and say so."""

import importlib.util

import pytest

_THERE = importlib.util.find_spec("lightgbm") is not None and importlib.util.find_spec("torch") is not None
if not _THERE:
    collect_ignore_glob = ["test_*.py"]


def pytest_report_header() -> str:
    """Say that they were left out."""
    return "training: left out, the train extra is not installed (make test-train)" if not _THERE else ""


@pytest.fixture
def said() -> list[str]:
    """What was said on the way."""
    return []
