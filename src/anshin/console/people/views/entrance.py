"""Ways in that need no password: the one-time sign-in link and the invitation."""

from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anshin.console.people import operations
from anshin.console.people.errors import AlreadyExistsError, NotUsableError
from anshin.console.people.forms import NewPersonForm
from anshin.console.people.gates import public_page
from anshin.console.people.models import User
from anshin.console.people.roles import Role


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; only pressing it uses the link, so that mail scanners and previews do not."""
    if request.method == "POST":
        try:
            user = operations.use_sign_in_link(token=token)
        except NotUsableError:
            return _gone(request)
        return sign_in(request, user)
    link = operations.find_sign_in_link(token=token)
    return render(request, "people/enter.html", {"person": link.user}) if link else _gone(request)


def _gone(request: HttpRequest) -> HttpResponse:
    # One page and one status for used, expired and unknown.
    return render(request, "people/link_gone.html", status=410)


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign `user` in with a fresh session, by way of their second factor when they have one."""
    if request.user.is_authenticated:
        logout(request)
    response: HttpResponse = perform_login(request, user, redirect_url=resolve_url("start"))
    return response


@public_page
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person join: as who they are already, or as someone new with a name and a password."""
    try:
        invitation = operations.open_invitation(token=token)
    except NotUsableError:
        return render(request, "people/invitation_gone.html", status=410)
    context = {
        "invitation": invitation,
        "inviting": invitation.organisation,
        "role": Role(invitation.role).label,
        "foreign": False,
    }
    if isinstance(request.user, User):
        if request.user.email != invitation.email:
            return render(request, "people/invitation.html", context | {"foreign": True})
        form, user = None, request.user
    elif operations.find_person(invitation.email) is not None:
        return redirect_to_login(request.path, resolve_url("account_login"))
    else:
        form, user = NewPersonForm(request.POST or None, email=invitation.email), None
    if request.method == "POST" and (form is None or form.is_valid()):
        given = form.cleaned_data if form else {}
        try:
            joined, _invitation = operations.accept_invitation(token=token, user=user, **given)
        except NotUsableError:
            return render(request, "people/invitation_gone.html", status=410)
        except AlreadyExistsError:
            return redirect_to_login(request.path, resolve_url("account_login"))
        if user is None:
            return sign_in(request, joined)
        return redirect("home", organisation_id=invitation.organisation_id)
    return render(request, "people/invitation.html", context | {"form": form})
