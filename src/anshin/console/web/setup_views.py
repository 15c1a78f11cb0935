"""The pages of the set-up wizard, and the mail settings that stay editable afterwards."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, person_of
from anshin.console.people.errors import PeopleError
from anshin.console.people.forms import CompanyForm, FirstProviderForm, MailSettingsForm
from anshin.console.people.gates import provider_page, public_page
from anshin.console.people.roles import Permission
from anshin.console.people.views.entrance import sign_in
from anshin.console.web import setup as wizard
from anshin.console.web.mail import Delivery, send_test_mail, store_mail_settings
from anshin.console.web.models import Installation
from anshin.console.web.setup import AlreadySetUpError, FirstProvider, Step

_PAGES = {Step.PROVIDER: "setup", Step.COMPANY: "setup_company", Step.MAIL: "setup_mail"}


def _elsewhere(token: str, page: Step) -> HttpResponse | None:
    """Return where to go instead of `page`: to the step that is next, or to nothing at all."""
    step = wizard.current_step(token)
    if step is None:
        raise Http404("no such page")
    return None if step == page else redirect(_PAGES[step], token=token)


@public_page
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Step 1: who runs this installation, and its first administrator."""
    if (elsewhere := _elsewhere(token, Step.PROVIDER)) is not None:
        return elsewhere
    form = FirstProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            administrator = wizard.do_first_step(token, FirstProvider(**form.cleaned_data))
        except AlreadySetUpError:
            return redirect("setup", token=token)
        except PeopleError as error:
            form.add_error("email", str(error))
        else:
            sign_in(request, administrator)
            return redirect("setup_company", token=token)
    return render(request, "web/setup/provider.html", {"form": form, "step": 1})


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def setup_company(request: HttpRequest, token: str) -> HttpResponse:
    """Step 2: the first customer company, or none yet."""
    if (elsewhere := _elsewhere(token, Step.COMPANY)) is not None:
        return elsewhere
    form = CompanyForm(request.POST if request.method == "POST" and "skip" not in request.POST else None)
    if request.method == "POST":
        try:
            if "skip" in request.POST:
                wizard.skip_company_step(token)
                return redirect("setup_mail", token=token)
            if form.is_valid():
                company, invited = wizard.do_company_step(token, **form.cleaned_data)
                if invited is None or invited.delivery.sent:
                    return redirect("setup_mail", token=token)
                context = {"company": company, "invited": invited, "url": settings.CONFIG.public_url + invited.path}
                return render(request, "web/setup/company_made.html", context | {"token": token, "step": 2})
        except AlreadySetUpError:
            return redirect("setup", token=token)
    return render(request, "web/setup/company.html", {"form": form, "step": 2})


@public_page
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Step 3: how mail leaves the house; tested here, or left for later."""
    if (elsewhere := _elsewhere(token, Step.MAIL)) is not None:
        return elsewhere
    if request.method == "POST" and "finish" in request.POST:
        try:
            wizard.finish(token)
        except AlreadySetUpError:
            return redirect("setup", token=token)
        messages.success(request, _("Anshin is set up."))
        return redirect("start")
    context = _mail_form(request, wizard.administrator().email)
    return render(request, "web/setup/mail.html", context | {"step": 3})


@provider_page(Permission.PROVIDER_MANAGE)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def mail_settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change how mail leaves the house, and prove that it does."""
    person = person_of(actor)
    context = _mail_form(request, person.email if person else "", actor)
    return render(request, "web/setup/mail_settings.html", context)


def _mail_form(request: HttpRequest, email: str, actor: Actor | None = None) -> dict[str, Any]:
    """Store what was sent and, when asked to, send a test mail; return what the page shows."""
    installation = Installation.current()
    stored = {
        "host": installation.mail_host,
        "port": installation.mail_port,
        "security": installation.mail_security,
        "user": installation.mail_user,
        "sender": installation.mail_from,
    }
    form = MailSettingsForm(request.POST if request.method == "POST" else None, initial=stored)
    delivery: Delivery | None = None
    if request.method == "POST" and form.is_valid() and _would_tell_the_password(installation, form.cleaned_data):
        form.add_error("password", _("The server is another one. Enter its password; the stored one stays here."))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        password = given.pop("password") or None
        # Whoever clears the user name sends without signing in; then a password makes no sense either.
        with transaction.atomic():
            store_mail_settings(**given, password=password if given["user"] else "")
            if actor is not None:
                record(
                    actor=actor,
                    action="mail.settings_changed",
                    object_kind="installation",
                    data={key: str(value) for key, value in given.items()},
                )
        if "test" in request.POST and email:
            delivery = send_test_mail(email)
        else:
            messages.success(request, _("The mail settings were saved."))
    return {"form": form, "delivery": delivery, "test_to": email, "installation": Installation.current()}


def _would_tell_the_password(installation: Installation, given: dict[str, Any]) -> bool:
    """Whether the stored password would go to a server that it was not entered for, or over a line without encryption.

    Nobody can read it here; whoever may change the server must not be able to have it sent to one of their own.
    """
    if given["password"] or not given["user"] or not installation.mail_password_sealed:
        return False
    elsewhere = (given["host"], given["port"]) != (installation.mail_host, installation.mail_port)
    return elsewhere or (given["security"] == "none" and installation.mail_security != "none")
