"""The talk with the console: signed requests over httpx, and the measured offset between the two clocks."""

import logging
import ssl
import time
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ValidationError

from anshin.agent.clock import Clock, moment
from anshin.agent.config import is_loopback
from anshin.agent.errors import ConsoleRefused, ConsoleUnreachable
from anshin.wire.documents import (
    EnrolRequest,
    EnrolResponse,
    EventReceipt,
    Heartbeat,
    HeartbeatReply,
    Problem,
)
from anshin.wire.models import ModelPlan, ModelReport
from anshin.wire.signature import sign

BASE = "/api/agent/v1"
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_LARGEST_ANSWER = 16 * 1024 * 1024
_TRY_AGAIN_ONCE = {"clock_skew", "replayed"}
_WORTH_WAITING = {408, 425, 429}
_Reply = TypeVar("_Reply", bound=BaseModel)
_log = logging.getLogger("anshin.agent.link")


def http_client(console: str, *, ca_file: str = "", transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Return a client for this console only. Proxy settings count, except towards this very computer."""
    verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=ca_file) if ca_file else True
    local = is_loopback(console)
    return httpx.Client(
        timeout=TIMEOUT, verify=verify, transport=transport, trust_env=not local, follow_redirects=False
    )


class ConsoleLink:
    """Speaks for one device. Not for two threads at once."""

    def __init__(
        self,
        *,
        console: str,
        device_id: UUID,
        key: Ed25519PrivateKey,
        clock: Clock,
        client: httpx.Client,
        offset: float = 0.0,
    ) -> None:
        self.console = console
        self.offset = offset
        """Seconds that the console's clock is ahead of the PC's, as last measured."""
        self._device_id = device_id
        self._key = key
        self._clock = clock
        self._client = client

    def upload(self, body: bytes) -> EventReceipt:
        """Send a batch of events. Raises ConsoleUnreachable or ConsoleRefused."""
        receipt = self._signed("POST", "/events", EventReceipt, body)
        self._measure(receipt.server_time)
        return receipt

    def heartbeat(self, beat: Heartbeat) -> HeartbeatReply:
        """Say that the device is alive; returns commands and settings. Raises as `upload`."""
        reply = self._signed("POST", "/heartbeat", HeartbeatReply, beat.model_dump_json().encode())
        self._measure(reply.server_time)
        return reply

    def commands(self) -> HeartbeatReply:
        """Ask whether there is something to do. Raises as `upload`."""
        reply = self._signed("GET", "/commands", HeartbeatReply, b"")
        self._measure(reply.server_time)
        return reply

    def models(self, report: ModelReport) -> ModelPlan:
        """Say which models judge here; returns which are to. Raises as `upload`."""
        return self._signed("POST", "/models", ModelPlan, report.model_dump_json().encode())

    def model_part(self, sha256: str, offset: int) -> bytes:
        """Return the next bytes of a model package from `offset` on. Raises as `upload`."""
        url = f"{self.console}{BASE}/models/{sha256}?offset={offset}"
        return content_of(self._client, "GET", url, b"", self._headers("GET", url, b""))

    def now(self) -> datetime:
        """Return the console's time as far as we know it."""
        return moment(self._clock.wall() + self.offset)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _measure(self, server_time: datetime) -> None:
        self.offset = server_time.timestamp() - self._clock.wall()

    def _signed(self, method: str, what: str, reply: type[_Reply], body: bytes) -> _Reply:
        url = f"{self.console}{BASE}{what}"
        try:
            return self._once(method, url, reply, body)
        except ConsoleRefused as refused:
            if refused.code not in _TRY_AGAIN_ONCE:
                raise
            _log.info("the console asked for another try: %s", refused.code)
        return self._once(method, url, reply, body)

    def _once(self, method: str, url: str, reply: type[_Reply], body: bytes) -> _Reply:
        headers = self._headers(method, url, body)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            return exchange(self._client, method, url, reply, body, headers)
        except _Skewed as skewed:
            self._measure(skewed.server_time)
            raise skewed.refused from None

    def _headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return sign(key=self._key, device_id=self._device_id, method=method, path=path, body=body, now=self.now())


class _Skewed(Exception):  # noqa: N818 - a signal inside this file, not an error
    def __init__(self, server_time: datetime, refused: ConsoleRefused) -> None:
        super().__init__()
        self.server_time = server_time
        self.refused = refused


def enrol(client: httpx.Client, console: str, request: EnrolRequest) -> EnrolResponse:
    """Trade the one-time token for a device id. Raises ConsoleUnreachable or ConsoleRefused."""
    headers = {"Content-Type": "application/json"}
    body = request.model_dump_json().encode()
    return exchange(client, "POST", f"{console}{BASE}/enrol", EnrolResponse, body, headers)


def exchange(
    client: httpx.Client, method: str, url: str, reply: type[_Reply], body: bytes, headers: dict[str, str]
) -> _Reply:
    """Send one request and read its one document, or raise what the console's Problem means."""
    content = content_of(client, method, url, body, headers)
    try:
        return reply.model_validate_json(content)
    except ValidationError as error:
        cause = f"{reply.__name__}: {error.error_count()} field(s) not as agreed"
        raise ConsoleUnreachable("console_unreachable", console=_console_of(url), cause=cause) from error


def _console_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def content_of(client: httpx.Client, method: str, url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Send one request and return the body of its answer, or raise what the console's Problem means."""
    console = _console_of(url)
    status, content = _send(client, method, url, body, headers, console)
    if 200 <= status < 300:
        return content
    try:
        problem = Problem.model_validate_json(content)
    except ValidationError as error:
        raise ConsoleUnreachable("console_unreachable", console=console, cause=f"HTTP {status}") from error
    if status >= 500 or status in _WORTH_WAITING:
        raise ConsoleUnreachable("console_unreachable", console=console, cause=f"HTTP {status} {problem.code}")
    refused = ConsoleRefused("console_refused", code=problem.code, status=status, message=problem.message)
    if problem.code == "clock_skew" and problem.server_time is not None and problem.server_time.tzinfo is not None:
        raise _Skewed(problem.server_time, refused)
    raise refused


def _send(
    client: httpx.Client, method: str, url: str, body: bytes, headers: dict[str, str], console: str
) -> tuple[int, bytes]:
    deadline = time.monotonic() + 60.0  # a console that drips bytes must not hold the agent for ever
    try:
        with client.stream(method, url, content=body, headers=headers) as response:
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > _LARGEST_ANSWER or time.monotonic() > deadline:
                    raise ConsoleUnreachable("console_unreachable", console=console, cause="answer too long")
            return response.status_code, bytes(content)
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        cause = str(error) or type(error).__name__
        raise ConsoleUnreachable("console_unreachable", console=console, cause=cause) from error
