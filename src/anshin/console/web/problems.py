"""The one error shape of every API, and the one place that turns errors into it.

Codes are stable and stand in docs/reference/api.*.md; a test fails when one does not.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as BadParameters

from anshin.console.web.requests import current_request_id
from anshin.wire.documents import MAX_BODY_BYTES, Problem

_log = logging.getLogger(__name__)


class ApiProblem(Exception):  # noqa: N818 - named after the wire document that it becomes
    """An API request that cannot be answered: HTTP `status`, stable `code`, and what, where and how to mend it.

    `field` names the part of the request that is wrong. `server_time` goes with the code "clock_skew".
    """

    def __init__(
        self, status: int, code: str, ja: str, en: str, field: str = "", *, server_time: datetime | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.ja = ja
        self.en = en
        self.field = field
        self.server_time = server_time

    def document(self) -> Problem:
        """Return what is sent, in the language of the request."""
        return Problem(
            code=self.code,
            message=self.ja if get_language() == "ja" else self.en,
            field=self.field[:255],
            reference=current_request_id(),
            server_time=self.server_time,
        )

    def response(self) -> HttpResponse:
        """Return the HTTP answer."""
        body = self.document().model_dump_json(exclude_none=True)
        response = HttpResponse(body, status=self.status, content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def not_found() -> ApiProblem:
    """Return the one answer for what does not exist and for what belongs to someone else."""
    return ApiProblem(
        404,
        "not_found",
        "見つかりません。番号が正しいか、一覧で確かめてください。",
        "There is no such thing here. Check the id against the list.",
    )


def method_not_allowed() -> ApiProblem:
    """Return the answer to a method that an address does not know; the header Allow says which it knows."""
    return ApiProblem(
        405,
        "method_not_allowed",
        "このアドレスでは使えないメソッドです。Allowヘッダーを見てください。",
        "This address does not know that method. See the Allow header.",
    )


def body_too_large(limit: int) -> ApiProblem:
    """Return the answer to a body over `limit` bytes."""
    return ApiProblem(
        413,
        "body_too_large",
        f"送られたデータが大きすぎます(上限 {limit:,} バイト)。分けて送ってください。",
        f"The body is too large (limit {limit:,} bytes). Send it in parts.",
    )


def as_problem(error: Exception) -> ApiProblem:
    """Return `error` as a Problem. What we did not foresee is logged and becomes "internal" without any detail."""
    for kind, turn in _TURNS:
        if isinstance(error, kind):
            return turn(error)
    _log.error("unforeseen error in an API request", exc_info=error)
    return ApiProblem(
        500,
        "internal",
        "サーバーの内部でエラーが起きました。少し待ってもう一度送ってください。続くときは参照番号を添えて知らせてください。",
        "Something went wrong inside the server. Wait a little and send it again; if it stays, report the reference.",
    )


def answer_problem(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Answer any error raised in an API operation."""
    return as_problem(error if isinstance(error, Exception) else error()).response()


@dataclass(frozen=True, slots=True)
class _Refused:
    status: int
    code: str
    ja: str
    en: str

    def __call__(self, _error: Exception) -> ApiProblem:
        return ApiProblem(self.status, self.code, self.ja, self.en)


def _bad_parameters(error: Exception) -> ApiProblem:
    first = error.errors[0] if isinstance(error, BadParameters) and error.errors else {}
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    told = str(first.get("msg", ""))[:500]
    return ApiProblem(
        422,
        "invalid",
        f"送られた値を読めません: {where}: {told}",
        f"A value cannot be read: {where}: {told}",
        field=where,
    )


def _http_error(error: Exception) -> ApiProblem:
    status = error.status_code if isinstance(error, HttpError) else 400
    return ApiProblem(status, "bad_request", f"リクエストを読めません: {error}", f"The request cannot be read: {error}")


_TURNS: tuple[tuple[type[Exception], Callable[[Exception], ApiProblem]], ...] = (
    (ApiProblem, lambda error: error if isinstance(error, ApiProblem) else not_found()),
    (Http404, lambda _error: not_found()),
    (
        PermissionDenied,
        _Refused(403, "not_allowed", "この操作をする権限がありません。", "You are not allowed to do this."),
    ),
    (
        AuthenticationError,
        _Refused(
            401,
            "key_invalid",
            "APIキーがないか、無効か、期限切れです。設定の「APIキー」で確かめてください。",
            "The API key is missing, unknown, revoked or expired. Look under API keys in the console.",
        ),
    ),
    (BadParameters, _bad_parameters),
    (RequestDataTooBig, lambda _error: body_too_large(MAX_BODY_BYTES)),
    (HttpError, _http_error),
)
