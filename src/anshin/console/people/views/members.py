"""The people of a company: members, their roles, invitations."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anshin.console.people import operations
from anshin.console.people.access import Actor, invitation_or_404, member_or_404
from anshin.console.people.errors import PeopleError
from anshin.console.people.forms import InvitationForm, RolesForm
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission


@company_page(Permission.PEOPLE_VIEW)
def people_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the members, and to those who may manage them the invitations that wait."""
    manages = actor.may(Permission.PEOPLE_MANAGE)
    context = {
        "members": operations.members_of(actor.organisation),
        "manages": manages,
        "invitations": operations.waiting_invitations() if manages else [],
        "now": timezone.now(),
    }
    return render(request, "people/members.html", context)


@company_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def person_invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invite someone; without a mail server show the link, once."""
    form = InvitationForm(request.POST or None, kind=actor.organisation.kind)
    if request.method == "POST" and form.is_valid():
        try:
            invited = operations.invite(actor=actor, **form.cleaned_data)
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            return _after_mail(request, actor, invited)
    return render(request, "people/invite.html", {"form": form})


@company_page(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_resend(request: HttpRequest, actor: Actor, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a fresh link."""
    try:
        invited = operations.resend_invitation(actor=actor, invitation=invitation_or_404(invitation_id))
    except PeopleError as error:
        messages.error(request, str(error))
        return redirect("people_list", organisation_id=actor.organisation.id)
    return _after_mail(request, actor, invited)


def _after_mail(request: HttpRequest, actor: Actor, invited: operations.Invited) -> HttpResponse:
    if invited.delivery.sent:
        messages.success(request, _("The invitation was sent to %(email)s.") % {"email": invited.invitation.email})
        return redirect("people_list", organisation_id=actor.organisation.id)
    # Not a redirect: the link is shown in this one answer and is nowhere stored.
    context = {"invited": invited, "url": settings.CONFIG.public_url + invited.path}
    return render(request, "people/invitation_link.html", context)


@company_page(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_revoke(request: HttpRequest, actor: Actor, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = invitation_or_404(invitation_id)
    operations.revoke_invitation(actor=actor, invitation=invitation)
    messages.success(request, _("The invitation for %(email)s was withdrawn.") % {"email": invitation.email})
    return redirect("people_list", organisation_id=actor.organisation.id)


@company_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def member_detail(request: HttpRequest, actor: Actor, user_id: UUID) -> HttpResponse:
    """Show one member and change their roles."""
    user = member_or_404(actor, user_id)
    member = next(m for m in operations.members_of(actor.organisation) if m.user.id == user.id)
    initial = {"roles": [role.value for role in member.roles]}
    form = RolesForm(request.POST or None, kind=actor.organisation.kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_roles(actor=actor, user=user, roles=form.cleaned_data["roles"])
        except PeopleError as error:
            form.add_error("roles", str(error))
        else:
            messages.success(request, _("The roles of %(name)s were changed.") % {"name": user})
            return redirect("people_list", organisation_id=actor.organisation.id)
    return render(request, "people/member.html", {"member": member, "form": form})


@company_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def member_remove(request: HttpRequest, actor: Actor, user_id: UUID) -> HttpResponse:
    """Ask, then end a membership."""
    user = member_or_404(actor, user_id)
    if request.method == "POST":
        try:
            operations.remove_member(actor=actor, user=user)
        except PeopleError as error:
            messages.error(request, str(error))
            return redirect("member_detail", organisation_id=actor.organisation.id, user_id=user.id)
        messages.success(request, _("%(name)s was removed and signed out everywhere.") % {"name": user})
        # Who removed themselves has no page here any more.
        if str(user.id) == actor.id:
            return redirect("start")
        return redirect("people_list", organisation_id=actor.organisation.id)
    return render(request, "people/member_remove.html", {"person": user})
