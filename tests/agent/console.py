"""A console on the loopback interface that keeps the agent's side of the contract honest."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

from pydantic import ValidationError

from anshin.wire.documents import (
    MAX_BODY_BYTES,
    MAX_CLOCK_SKEW_SECONDS,
    AgentEvent,
    Command,
    Document,
    EnrolRequest,
    EnrolResponse,
    EventReceipt,
    EventUpload,
    Heartbeat,
    HeartbeatReply,
    Problem,
    Refusal,
)
from anshin.wire.models import PART_BYTES, ModelPlan, ModelReport, WantedModel
from anshin.wire.signature import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    SignatureError,
    parse_headers,
    verify,
)

TOKEN = "one-time-token-for-tests"


class Refused(Exception):  # noqa: N818 - what the console does
    def __init__(self, status: int, code: str, **more: object) -> None:
        super().__init__(code)
        self.status = status
        self.problem = Problem.model_validate({"code": code, "message": "だめ", **more})


def lacking(event: AgentEvent) -> bool:
    """Whether an event misses what its kind cannot do without, as the real console sees it."""
    if event.kind.startswith("detection.") and event.verdict is None:
        return True
    return event.kind.startswith(("quarantine.", "detection.blocked")) and event.quarantine is None


class FakeConsole:
    """Checks signatures, times and nonces as the real one must, and remembers what it was told."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.keys: dict[UUID, bytes] = {}
        self.token_used = False
        self.nonces: set[str] = set()
        self.events: dict[UUID, AgentEvent] = {}
        self.uploads = 0
        self.heartbeats: list[Heartbeat] = []
        self.commands: list[Command] = []
        self.settings: dict[str, object] = {}
        self.packages: dict[str, bytes] = {}
        self.wanted: tuple[WantedModel, ...] = ()
        self.model_keys: tuple[str, ...] = ()
        self.model_reports: list[ModelReport] = []
        self.requests: list[tuple[str, str]] = []
        self.fault: Callable[[str], None] = lambda _path: None
        self.changed = threading.Condition()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Document | bytes]:
        with self.changed:
            self.requests.append((method, path))
            self.changed.notify_all()
            self.fault(path)
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413, "body_too_large")
            if path == "/api/agent/v1/enrol":
                return 201, self.enrol(EnrolRequest.model_validate_json(body))
            self.check(method, path, headers, body)
            if path == "/api/agent/v1/events":
                return 200, self.store(EventUpload.model_validate_json(body))
            if path == "/api/agent/v1/heartbeat":
                self.heartbeats.append(Heartbeat.model_validate_json(body))
                return 200, self.reply()
            if path == "/api/agent/v1/commands":
                return 200, self.reply()
            if path == "/api/agent/v1/models":
                self.model_reports.append(ModelReport.model_validate_json(body))
                return 200, ModelPlan(server_time=self.now(), wanted=self.wanted, keys=self.model_keys)
            what, _, offset = path.removeprefix("/api/agent/v1/models/").partition("?offset=")
            if what in self.packages:
                return 200, self.packages[what][int(offset) :][:PART_BYTES]
            raise Refused(404, "not_found")

    def enrol(self, request: EnrolRequest) -> EnrolResponse:
        import base64

        if request.token != TOKEN:
            raise Refused(403, "token_unknown")
        if self.token_used:
            raise Refused(403, "token_used")
        self.token_used = True
        device = uuid4()
        self.keys[device] = base64.b64decode(request.public_key)
        return EnrolResponse(device_id=device, organisation="試験商店", server_time=self.now())

    def check(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        sent_at = headers.get(TIME_HEADER, "")
        try:
            signed = parse_headers(
                device=headers.get(DEVICE_HEADER, ""), sent_at=sent_at, nonce=headers.get(NONCE_HEADER, ""),
                signature=headers.get(SIGNATURE_HEADER, ""),
            )  # fmt: skip
            if signed.device_id not in self.keys:
                raise Refused(401, "device_unknown")
            key = self.keys[signed.device_id]
            verify(public_key=key, headers=signed, sent_at=sent_at, method=method, path=path, body=body)
        except SignatureError as error:
            raise Refused(401, "signature_invalid") from error
        if abs((signed.sent_at - self.now()).total_seconds()) > MAX_CLOCK_SKEW_SECONDS:
            raise Refused(401, "clock_skew", server_time=self.now())
        if signed.nonce in self.nonces:
            raise Refused(401, "replayed")
        self.nonces.add(signed.nonce)

    def store(self, upload: EventUpload) -> EventReceipt:
        self.uploads += 1
        refused = tuple(Refusal(id=e.id, code="event_invalid", message="x") for e in upload.events if lacking(e))
        stored = [event for event in upload.events if not lacking(event)]
        for event in stored:
            self.events.setdefault(event.id, event)
        return EventReceipt(stored=tuple(e.id for e in stored), refused=refused, server_time=self.now())

    def reply(self) -> HeartbeatReply:
        fields = {"server_time": self.now(), "commands": tuple(self.commands), **self.settings}
        return HeartbeatReply.model_validate(fields)

    def wait_for(self, what: Callable[["FakeConsole"], bool], seconds: float = 20.0) -> None:
        """Wait until something holds; the deadline is generous, because only the order of things is tested."""
        with self.changed:
            assert self.changed.wait_for(lambda: what(self), seconds), [e.kind for e in self.events.values()]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    console: FakeConsole

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            status, document = self.console.answer(self.command, self.path, dict(self.headers.items()), body)
            if isinstance(document, bytes):
                self._say(status, document)
                return
        except Refused as refused:
            status, document = refused.status, refused.problem
        except ValidationError as error:
            status, document = 422, Problem(code="invalid", message=json.dumps(error.errors()[0]["msg"]))
        self._say(status, document.model_dump_json().encode())

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        with self.console.changed:
            self.console.changed.notify_all()

    do_GET = do_POST = _do  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[FakeConsole, str]]:
    console = FakeConsole()
    handler = type("Handler", (_Handler,), {"console": console})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield console, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
