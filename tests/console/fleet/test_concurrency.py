"""Exactly once under a race: a real web server with eight threads on a real database, a file or a PostgreSQL."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from benchmarks.ingest.console import Console, console
from benchmarks.ingest.sender import PATH, Sender

RACERS = 6


def fresh_database() -> str:
    """Return the address of an empty database beside the tests' own, or "" for a SQLite file."""
    url = os.environ.get("ANSHIN_TEST_DATABASE_URL", "")
    if not url:
        return ""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS anshin_race")
        connection.execute("CREATE DATABASE anshin_race")
    return urlsplit(url)._replace(path="/anshin_race").geturl()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(tmp_path_factory.mktemp("console"), fresh_database()) as started:
        yield started


def test_one_batch_sent_six_times_at_once_is_stored_once(server: Console):
    token = json.loads(server.ask("tokens", "1"))[0]
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        device = Sender.enrol(client, token)
        before = json.loads(server.ask("counts"))
        body = device.batch(20)

        def send(_racer: int) -> set[str]:
            answer = client.post(PATH, content=body, headers=device.headers(body))
            assert answer.status_code == 200, answer.text
            return set(answer.json()["stored"])

        with ThreadPoolExecutor(RACERS) as racers:
            receipts = list(racers.map(send, range(RACERS)))
    assert all(receipt == receipts[0] for receipt in receipts)
    after = json.loads(server.ask("counts"))
    assert {kind: after[kind] - before[kind] for kind in after} == {"events": 20, "detections": 20}


def test_one_nonce_sent_six_times_at_once_is_taken_once(server: Console):
    token = json.loads(server.ask("tokens", "1"))[0]
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        device = Sender.enrol(client, token)
        body = device.batch(1)
        headers = device.headers(body)
        with ThreadPoolExecutor(RACERS) as racers:
            answers = list(racers.map(lambda _: client.post(PATH, content=body, headers=headers), range(RACERS)))
    assert sorted(a.status_code for a in answers) == [200] + [401] * (RACERS - 1)
    assert {a.json()["code"] for a in answers if a.status_code == 401} == {"replayed"}


def test_of_six_agents_with_one_token_one_gets_in(server: Console):
    token = json.loads(server.ask("tokens", "1"))[0]

    def enrol(_racer: int) -> int:
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            try:
                Sender.enrol(client, token)
            except httpx.HTTPStatusError as refused:
                return refused.response.status_code
        return 201

    with ThreadPoolExecutor(RACERS) as racers:
        assert sorted(racers.map(enrol, range(RACERS))) == [201] + [403] * (RACERS - 1)
