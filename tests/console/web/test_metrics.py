"""/metrics: the key, and what is counted."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client

from anshin.console.web.metrics import Metric, render
from anshin.console.web.traffic import Traffic

KEY = "a metrics key for this test"


@pytest.fixture
def with_key(settings):
    settings.CONFIG = replace(settings.CONFIG, metrics_key=KEY)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", KEY, f"Bearer {KEY} "])
def test_without_the_key_nothing_is_told(client: Client, with_key, db, header):
    reply = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert reply.status_code == 401
    assert b"anshin_" not in reply.content


def test_an_installation_without_a_key_answers_nobody(client: Client, db):
    assert settings.CONFIG.metrics_key == ""
    for header in ("", "Bearer "):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 401


def test_with_the_key(client: Client, with_key, cast):
    client.get("/healthz")
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert reply.status_code == 200
    assert reply["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = dict(line.rsplit(" ", 1) for line in reply.content.decode().splitlines() if not line.startswith("#"))
    assert samples['anshin_devices{state="safe"}'] == "0"
    assert samples["anshin_events_stored_total"] == "0"
    assert samples["anshin_outbox_waiting"] == "0"
    assert int(samples["anshin_http_request_seconds_count"]) >= 1
    assert samples["anshin_http_request_seconds_count"] == samples['anshin_http_request_seconds_bucket{le="+Inf"}']
    assert cast.company.name not in reply.content.decode()


def test_format_escapes_and_keeps_large_counters():
    text = render([Metric("m", "counter", "Help.", [("", {"a": 'x"\\\n'}, 12345678), ("", {}, 0.25)])])
    assert text == '# HELP m Help.\n# TYPE m counter\nm{a="x\\"\\\\\\n"} 12345678\nm 0.25\n'


def test_traffic_buckets_are_cumulative():
    traffic = Traffic()
    traffic.note("GET", 200, 0.02)
    traffic.note("BREW", 404, 0.3)
    requests, buckets, seconds = traffic.snapshot()
    assert requests == {("GET", "2xx"): 1, ("other", "4xx"): 1}
    assert buckets == sorted(buckets)
    assert buckets[1] == 1
    assert buckets[-1] == 2
    assert seconds == pytest.approx(0.32)
