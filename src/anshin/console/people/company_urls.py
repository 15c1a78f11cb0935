"""Addresses of people below one company."""

from django.urls import path

from anshin.console.people.views import keys, members

urlpatterns = [
    path("people/", members.people_list, name="people_list"),
    path("people/invite/", members.person_invite, name="person_invite"),
    path("people/<uuid:user_id>/", members.member_detail, name="member_detail"),
    path("people/<uuid:user_id>/remove/", members.member_remove, name="member_remove"),
    path("people/invitations/<uuid:invitation_id>/resend/", members.invitation_resend, name="invitation_resend"),
    path("people/invitations/<uuid:invitation_id>/revoke/", members.invitation_revoke, name="invitation_revoke"),
    path("keys/", keys.key_list, name="key_list"),
    path("keys/new/", keys.key_create, name="key_create"),
    path("keys/<uuid:key_id>/revoke/", keys.key_revoke, name="key_revoke"),
]
