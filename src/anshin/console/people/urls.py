"""Addresses of people that belong to no single company."""

from django.urls import path

from anshin.console.people.views import entrance, profile, provider

urlpatterns = [
    path("enter/<str:token>/", entrance.enter, name="enter"),
    path("invite/<str:token>/", entrance.accept_invitation, name="accept_invitation"),
    path("profile/", profile.profile, name="profile"),
    path("p/", provider.provider_board, name="provider_board"),
    path("p/companies/new/", provider.company_create, name="company_create"),
]
