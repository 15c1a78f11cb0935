"""What every answer gets: an id, a content security policy, and the reader's language."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from anshin.console.web.requests import set_request_id

Next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class RequestIdMiddleware:
    """Gives every request an id that stands in its log line, its audit entries and its error page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id, and return it in a header."""
        request_id = secrets.token_hex(8)
        set_request_id(request_id)
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class ContentSecurityPolicyMiddleware:
    """Allows our own files and nothing else: no inline script, no inline style, no other host."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy, and keep pages about people out of shared caches."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        user = getattr(request, "user", None)  # None: answered before anybody was looked for, as files are
        if user is not None and (user.is_authenticated or request.path.startswith("/api/")):
            response.setdefault("Cache-Control", "no-store")
        return response


class PersonalLanguageMiddleware:
    """A person's own language goes before the browser's; the switch on the page goes before both."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language of the signed-in person when they chose one."""
        language = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.setdefault("Content-Language", translation.get_language() or "ja")
        return response
