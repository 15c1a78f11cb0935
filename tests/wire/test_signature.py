"""A signature fits one request and no other."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from anshin.wire.signature import (
    DEVICE_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    SignatureError,
    canonical_bytes,
    parse_headers,
    sign,
    verify,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
DEVICE = UUID(int=7)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=9)))
REQUEST = {"method": "POST", "path": "/api/agent/v1/events?x=1", "body": b'{"a":1}'}


def signed(**more: object) -> dict[str, str]:
    return sign(key=KEY, device_id=DEVICE, now=NOW, **{**REQUEST, **more})  # type: ignore[arg-type]


def check(headers: dict[str, str], **more: object) -> None:
    parsed = parse_headers(
        device=headers[DEVICE_HEADER], sent_at=headers[TIME_HEADER], nonce=headers[NONCE_HEADER],
        signature=headers[SIGNATURE_HEADER],
    )  # fmt: skip
    fields = {"public_key": PUBLIC, "sent_at": headers[TIME_HEADER], **REQUEST, **more}
    verify(headers=parsed, **fields)  # type: ignore[arg-type]


def test_fits_its_own_request() -> None:
    headers = signed()
    check(headers)
    check(headers, method="post")
    assert headers[TIME_HEADER] == "2026-11-24T00:30:00.000+00:00"
    assert datetime.fromisoformat(headers[TIME_HEADER]) == NOW.astimezone(UTC)


@pytest.mark.parametrize(
    "other",
    [
        {"method": "GET"},
        {"path": "/api/agent/v1/events"},
        {"body": b'{"a":2}'},
        {"body": b""},
        {"sent_at": "2026-11-24T00:30:01.000+00:00"},
        {"public_key": Ed25519PrivateKey.generate().public_key().public_bytes_raw()},
        {"public_key": b"short"},
    ],
)
def test_fits_no_other_request(other: dict[str, object]) -> None:
    with pytest.raises(SignatureError):
        check(signed(), **other)


def test_nonces_differ() -> None:
    assert len({signed()[NONCE_HEADER] for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (DEVICE_HEADER, "not-a-uuid"),
        (TIME_HEADER, "yesterday"),
        (TIME_HEADER, "2026-11-24T00:30:00"),
        (NONCE_HEADER, "short"),
        (NONCE_HEADER, "あ" * 20),
        (NONCE_HEADER, "x" * 65),
        (SIGNATURE_HEADER, "!!!"),
    ],
)
def test_malformed_headers_are_refused(name: str, value: str) -> None:
    headers = signed()
    check(headers)
    with pytest.raises(SignatureError):
        check({**headers, name: value})


@given(st.lists(st.tuples(st.text(), st.text(), st.binary()), min_size=2, max_size=2, unique=True))
def test_different_requests_have_different_canonical_forms(pair: list[tuple[str, str, bytes]]) -> None:
    forms = {
        canonical_bytes(method="GET", path=path.replace("\n", ""), sent_at=when.replace("\n", ""), nonce="n", body=body)
        for path, when, body in pair
        if path.isprintable() and when.isprintable()
    }
    printable = [one for one in pair if one[0].isprintable() and one[1].isprintable()]
    assert len(forms) == len(printable)
