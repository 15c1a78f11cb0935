"""The one API object: agent routes and customer routes, one error shape, OpenAPI at /api/docs."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError

from anshin import __version__
from anshin.console.fleet.api.agent import router as agent_router
from anshin.console.web.problems import answer_problem, not_found

api = NinjaAPI(title="Anshin", version=__version__, urls_namespace="api", docs_url="/docs")
for error in (Exception, Http404, PermissionDenied, HttpError, ValidationError):
    api.add_exception_handler(error, answer_problem)

api.add_router("/agent/v1/", agent_router, tags=["agent"])

# Keep this last: whatever no router above answers gets the one error shape too.
elsewhere = Router()


@elsewhere.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "{path:rest}", include_in_schema=False)
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - ninja hands both over
    """Answer an address that does not exist."""
    raise not_found()


api.add_router("/", elsewhere)
