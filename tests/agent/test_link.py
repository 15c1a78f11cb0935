"""Requests are signed, clocks are corrected once, and answers that are none of the console's are not believed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin.agent.config import check_console
from anshin.agent.errors import AgentError, ConsoleRefused, ConsoleUnreachable
from anshin.agent.link import ConsoleLink
from anshin.wire.documents import HeartbeatReply
from anshin.wire.signature import TIME_HEADER
from tests.agent.conftest import FakeClock

Handler = Callable[[httpx.Request], httpx.Response]


def link_to(handler: Handler, clock: FakeClock | None = None) -> ConsoleLink:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return ConsoleLink(
        console="https://console.example/under", device_id=uuid4(), key=Ed25519PrivateKey.generate(),
        clock=clock or FakeClock(), client=client,
    )  # fmt: skip


def reply(when: datetime) -> httpx.Response:
    return httpx.Response(200, content=HeartbeatReply(server_time=when).model_dump_json())


def test_offset_is_measured_and_used() -> None:
    clock = FakeClock()
    server = datetime.fromtimestamp(clock.wall(), UTC) + timedelta(hours=9)
    sent: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers[TIME_HEADER])
        assert request.url.path == "/under/api/agent/v1/commands"
        return reply(server)

    link = link_to(handler, clock)
    link.commands()
    assert link.offset == 9 * 3600
    link.commands()
    assert datetime.fromisoformat(sent[1]) - datetime.fromisoformat(sent[0]) == timedelta(hours=9)
    link.close()


def test_clock_skew_is_retried_exactly_once() -> None:
    calls = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.headers[TIME_HEADER])
        body = {"code": "clock_skew", "message": "時刻", "server_time": "2030-01-01T00:00:00+00:00"}
        return httpx.Response(401, json=body)

    link = link_to(handler)
    with pytest.raises(ConsoleRefused) as caught:
        link.commands()
    assert caught.value.code == "clock_skew"
    assert len(calls) == 2
    assert calls[1].startswith("2030-01-01T00:00:00")
    link.close()


def test_device_revoked_is_not_retried() -> None:
    calls = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(403, json={"code": "device_revoked", "message": "取り消し済み"})

    link = link_to(handler)
    with pytest.raises(ConsoleRefused) as caught:
        link.commands()
    assert (caught.value.code, caught.value.status, len(calls)) == ("device_revoked", 403, 1)
    assert "取り消し済み" in caught.value.ja
    link.close()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>please log in to this hotel's network</html>"),
        httpx.Response(200, json={"server_time": "2030-01-01T00:00:00"}),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(502, text="bad gateway"),
        httpx.Response(503, json={"code": "down", "message": "x"}),
        httpx.Response(429, json={"code": "too_many", "message": "x"}),
    ],
)
def test_answers_that_mean_try_later(answer: httpx.Response) -> None:
    link = link_to(lambda request: answer)
    with pytest.raises(ConsoleUnreachable):
        link.commands()
    link.close()


def test_broken_connections_mean_try_later() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    link = link_to(handler)
    with pytest.raises(ConsoleUnreachable) as caught:
        link.commands()
    assert "no route" in caught.value.en
    link.close()


def test_an_endless_answer_is_cut_off() -> None:
    big = json.dumps({"code": "x" * (17 * 1024 * 1024)})
    link = link_to(lambda request: httpx.Response(200, text=big))
    with pytest.raises(ConsoleUnreachable):
        link.commands()
    link.close()


@pytest.mark.parametrize("url", ["http://console.example", "http://10.0.0.5:8000", "http://127.0.0.1.example.com"])
def test_plain_http_to_another_computer_is_refused(url: str) -> None:
    with pytest.raises(AgentError) as caught:
        check_console(url)
    assert caught.value.key == "console_url_plain"


@pytest.mark.parametrize(
    "url", ["console.example", "ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "https://x/#a"]
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(AgentError) as caught:
        check_console(url)
    assert caught.value.key == "console_url_invalid"


@pytest.mark.parametrize("url", ["https://c.example/", "http://localhost:8000", "http://127.0.0.1:1", "http://[::1]:1"])
def test_addresses_that_will_do(url: str) -> None:
    assert check_console(url) == url.rstrip("/")
