"""Accepts a request that a device signed: who it is, that it is fresh, and that it comes once."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django_scopes import scope

from anshin.console.fleet.models import Device
from anshin.console.fleet.operations.contact import find_for_signature, lock_device, use_nonce
from anshin.console.web.problems import ApiProblem, body_too_large
from anshin.wire import signature
from anshin.wire.documents import MAX_BODY_BYTES, MAX_CLOCK_SKEW_SECONDS

T = TypeVar("T")
_NOBODY = base64.b64encode(bytes(32)).decode()
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request whose signature and time are right. Its nonce counts as used only in `carry_out`."""

    device: Device
    nonce: str
    body: bytes
    now: datetime


def read_body(request: HttpRequest, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """Return the body. Raises ApiProblem 413 by the announced length, before a single byte is read."""
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > limit:
        raise body_too_large(limit)
    return request.body


def authenticate(request: HttpRequest, *, now: datetime | None = None) -> SignedRequest:
    """Check size, headers, signature, revocation and time, in this order.

    A device that does not exist and a signature that does not fit are told apart neither by the answer nor by the work
    done for it. Raises ApiProblem.
    """
    now = now or timezone.now()
    body = read_body(request)
    sent_at = request.headers.get(signature.TIME_HEADER, "")
    try:
        headers = signature.parse_headers(
            device=request.headers.get(signature.DEVICE_HEADER, ""),
            sent_at=sent_at,
            nonce=request.headers.get(signature.NONCE_HEADER, ""),
            signature=request.headers.get(signature.SIGNATURE_HEADER, ""),
        )
    except signature.SignatureError as error:
        raise ApiProblem(
            401,
            "signature_missing",
            "署名のヘッダーがないか、読めません。エージェントから送ってください。",
            "The signature headers are missing or malformed. Only an agent can call this address.",
        ) from error
    device = find_for_signature(headers.device_id)
    try:
        signature.verify(
            public_key=base64.b64decode(device.public_key if device else _NOBODY),
            headers=headers,
            sent_at=sent_at,
            method=request.method or "",
            path=request.get_full_path(),
            body=body,
        )
    except signature.SignatureError as error:
        raise _unknown() from error
    if device is None:
        raise _unknown()
    _refuse_revoked(device)
    if abs((now - headers.sent_at).total_seconds()) > MAX_CLOCK_SKEW_SECONDS:
        raise ApiProblem(
            401,
            "clock_skew",
            "端末の時計が大きくずれています。返した時刻に合わせて、もう一度送ってください。",
            "The device's clock is too far off. Correct it by the time in this answer and send the request again.",
            server_time=now,
        )
    return SignedRequest(device, headers.nonce, body, now)


def carry_out(signed: SignedRequest, work: Callable[[Device], T]) -> T:
    """Run `work` with the locked device, inside its company's scope, in the one transaction that also uses the nonce.

    What two connections stored at once is tried again, so that the second sees what the first has done.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic(), scope(organisation=signed.device.organisation):
                device = lock_device(signed.device.id)
                _refuse_revoked(device)
                if not use_nonce(device=device, nonce=signed.nonce, now=signed.now):
                    raise ApiProblem(
                        401,
                        "replayed",
                        "同じリクエストが前に届いています。新しい番号で署名して送ってください。",
                        "This very request has arrived before. Sign it anew and send it again.",
                    )
                return work(device)
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _refuse_revoked(device: Device) -> None:
    if device.revoked_at is not None:
        raise ApiProblem(
            403,
            "device_revoked",
            "この端末の登録は取り消されています。使い続けるには、もう一度登録してください。",
            "This device's enrolment has been revoked. Enrol it again to go on.",
        )


def _unknown() -> ApiProblem:
    return ApiProblem(
        401,
        "device_unknown",
        "この端末は登録されていないか、署名が合いません。もう一度登録してください。",
        "This device is not enrolled here, or its signature does not fit. Enrol it again.",
    )
