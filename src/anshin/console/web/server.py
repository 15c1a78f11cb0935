"""The web server: `python -m anshin.console.web.server --host HOST --port PORT`."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import Any

MAX_BODY_BYTES = 20 * 1024 * 1024
"""Room for an uploaded model package; each address of the API has a smaller limit of its own."""
THREADS = 8


def server_options(host: str, port: int, *, trusted_proxies: int) -> dict[str, Any]:
    """Return waitress's options. Forwarded headers count only when as many proxies as they name are trusted."""
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "threads": THREADS,
        "connection_limit": 500,
        "backlog": 256,
        "channel_timeout": 60,
        "cleanup_interval": 10,
        "max_request_body_size": MAX_BODY_BYTES,
        "max_request_header_size": 64 * 1024,
        "asyncore_use_poll": True,  # select() fails beyond 1,024 open files
        "ident": None,
        "expose_tracebacks": False,
        "clear_untrusted_proxy_headers": True,
    }
    if trusted_proxies:
        options |= {
            "trusted_proxy": "*",
            "trusted_proxy_count": trusted_proxies,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
    return options


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; requests in hand are finished."""
    parser = argparse.ArgumentParser(prog="anshin.console.web.server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshin.console.web.settings")

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)  # waitress catches it in its loop and lets its threads finish

    signal.signal(signal.SIGTERM, leave)
    from django.conf import settings
    from django.urls import get_resolver
    from waitress import create_server

    from anshin.console.web.wsgi import application

    _ = get_resolver().url_patterns  # what the first request would load is loaded before the door opens
    options = server_options(given.host, given.port, trusted_proxies=settings.CONFIG.trusted_proxies)
    try:
        server = create_server(application, **options)
    except OSError as error:
        sys.stderr.write(f"{given.host}:{given.port}: {error.strerror}\n")
        return 1
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
