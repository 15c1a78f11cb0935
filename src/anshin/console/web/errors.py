"""Pages for what went wrong: what failed, what was kept, what to do, and a number to tell the desk.

What belongs to someone else answers exactly like what does not exist.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import requires_csrf_token

from anshin.console.web.problems import answer_problem
from anshin.console.web.requests import current_request_id

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of error in words. `kept` says what did not get lost."""

    status: int
    title: Text
    failed: Text
    kept: Text
    todo: Text


BAD_REQUEST = Fault(
    400,
    _("We could not read that"),
    _("What your browser sent is not in a form that this page understands."),
    _("Nothing was changed."),
    _("Go back, load the page again, and try once more."),
)
TOO_LARGE = Fault(
    413,
    _("That was too large"),
    _("What was sent is larger than this page accepts."),
    _("Nothing was changed. What you entered is still on the page before; go back to it."),
    _("Make the text or the file smaller, or send it in parts."),
)
NOT_ALLOWED = Fault(
    403,
    _("You may not do this"),
    _("Your role in this company does not include this page or act."),
    _("Nothing was changed."),
    _("Ask the owner of your company for it, or call the desk."),
)
NOT_FOUND = Fault(
    404,
    _("There is no such page"),
    _("This address leads nowhere, or not for you."),
    _("Nothing was changed."),
    _("Check the address, or begin at the home page."),
)
FORM_EXPIRED = Fault(
    403,
    _("This form is too old"),
    _("For your safety each form is valid for this browser and sign-in only, and this one no longer is."),
    _("Nothing was changed. What you entered is still on the page before; go back to it."),
    _("Go back, load the page again, and send the form once more. Cookies must be allowed for this site."),
)
BROKEN = Fault(
    500,
    _("Something broke on our side"),
    _("The console could not finish this. It was noted with the number below."),
    _("What was saved before is kept. What you just sent may not be saved: check before you send it again."),
    _("Wait a minute and try again. If it happens again, call the desk with the number below."),
)


@requires_csrf_token
def _page(request: HttpRequest, fault: Fault) -> HttpResponse:
    context = {"fault": fault, "reference": current_request_id()}
    return render(request, "web/error.html", context, status=fault.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read, or that is too large."""
    return _page(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else BAD_REQUEST)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer someone who may see the company, but not do this."""
    if request.path.startswith("/api/"):
        return answer_problem(request, exception if isinstance(exception, PermissionDenied) else PermissionDenied())
    return _page(request, NOT_ALLOWED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist, or not for this person."""
    if request.path.startswith("/api/"):
        return answer_problem(request, exception if isinstance(exception, Http404) else Http404())
    return _page(request, NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django gives a reason
    """Answer a form whose token does not fit."""
    return _page(request, FORM_EXPIRED)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer after an error of ours. When the frame cannot be built either, a page without it is sent."""
    try:
        return _page(request, BROKEN)
    except Exception:  # noqa: BLE001 - the database, or a template, may be the very thing that broke
        bare = render_to_string("web/error_bare.html", {"fault": BROKEN, "reference": current_request_id()})
        return HttpResponse(bare, status=BROKEN.status)
