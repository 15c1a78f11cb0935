"""How waitress is set up."""

import pytest
from waitress.adjustments import Adjustments

from anshin.console.web.server import MAX_BODY_BYTES, THREADS, server_options
from anshin.wire.documents import MAX_BODY_BYTES as WIRE_MAX_BODY_BYTES


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_waitress_takes_every_option(proxies: int):
    made = Adjustments(**server_options("127.0.0.1", 8000, trusted_proxies=proxies))
    assert made.threads == THREADS
    assert made.max_request_body_size == MAX_BODY_BYTES > WIRE_MAX_BODY_BYTES
    assert made.clear_untrusted_proxy_headers
    assert not made.expose_tracebacks
    assert (made.trusted_proxy == "*") == bool(proxies)
    if proxies:
        assert made.trusted_proxy_count == proxies


def test_without_a_proxy_no_forwarded_header_counts():
    made = Adjustments(**server_options("127.0.0.1", 8000, trusted_proxies=0))
    assert made.trusted_proxy is None
    assert not made.trusted_proxy_headers
