"""The one API object: agent routes and customer routes, one error shape, OpenAPI at /api/docs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError

from anshin import __version__
from anshin.console.diagnosis.api import router as diagnosis_router
from anshin.console.fleet.api.agent import router as agent_router
from anshin.console.fleet.api.customer import router as fleet_router
from anshin.console.web.problems import answer_problem, method_not_allowed, not_found


class Api(NinjaAPI):
    """An API whose answer to a wrong method has the one error shape too; ninja answers that with plain text."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _shaped(pattern.callback)
        return patterns


def _shaped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        shaped = method_not_allowed().response()
        shaped["Allow"] = response["Allow"]
        return shaped

    return inner


api = Api(title="Anshin", version=__version__, urls_namespace="api", docs_url="/docs")
for error in (Exception, Http404, PermissionDenied, HttpError, ValidationError):
    api.add_exception_handler(error, answer_problem)

api.add_router("/agent/v1/", agent_router, tags=["agent"])
api.add_router("/v1/", fleet_router, tags=["fleet"])
api.add_router("/v1/", diagnosis_router, tags=["diagnosis"])

# Keep this last: whatever no router above answers gets the one error shape too.
elsewhere = Router()


@elsewhere.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "{path:rest}", include_in_schema=False)
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - ninja hands both over
    """Answer an address that does not exist."""
    raise not_found()


api.add_router("/", elsewhere)
