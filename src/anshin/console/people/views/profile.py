"""The page about oneself."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.people import operations
from anshin.console.people.forms import ProfileForm
from anshin.console.people.gates import person_page
from anshin.console.people.models import Membership, User


@person_page
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change name, language and colours; lead to password, second factor and sessions."""
    user = User.objects.get(id=str(request.user.pk))
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        operations.update_profile(user=user, **form.cleaned_data)
        translation.activate(user.language or translation.get_language() or settings.LANGUAGE_CODE)
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    memberships = Membership.objects.filter(user=user).select_related("organisation").order_by("organisation__name")
    return render(request, "people/profile.html", {"form": form, "memberships": memberships})
