"""A small mail server on loopback that plays the part a test gives it. It keeps what it was sent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Play:
    """How the server answers: one reply line for each command; what is not named gets 250."""

    replies: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ("AUTH PLAIN LOGIN",)
    hang_up: bool = False
    messages: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0


class Handler(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as the play needs."""

    timeout = 10
    server: "Server"

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self) -> None:
        play = self.server.play
        if play.hang_up:
            return
        self.say("220 mail.test ESMTP")
        for raw in self.rfile:
            line = raw.decode().strip()
            play.commands.append(line)
            verb = line.split(" ")[0].upper()
            self.answer(verb, play)
            if verb == "QUIT":
                return

    def answer(self, verb: str, play: Play) -> None:
        if verb == "EHLO":
            self.say(*[f"250-{word}" for word in ("mail.test", *play.offers)], "250 SIZE 1000000")
        elif verb == "DATA":
            self.say("354 go on")
            play.messages.append(self.body())
            self.say(play.replies.get("END", "250 taken"))
        else:
            usual = {"AUTH": "235 welcome", "QUIT": "221 bye"}.get(verb, "250 ok")
            self.say(play.replies.get(verb, usual))

    def body(self) -> str:
        lines: list[str] = []
        for raw in self.rfile:
            if raw in {b".\r\n", b".\n"}:
                break
            lines.append(raw.decode())
        return "".join(lines)


class Server(socketserver.ThreadingTCPServer):
    """A listener on a free port of loopback."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, play: Play) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.play = play


@contextmanager
def mail_server(**options: Any) -> Iterator[Play]:
    """Run the server while the block runs."""
    play = Play(**options)
    with Server(play) as server:
        play.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield play
        finally:
            server.shutdown()
            thread.join(timeout=5)
