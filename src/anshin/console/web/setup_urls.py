"""Addresses of the set-up wizard and of the installation's own settings."""

from django.urls import path

from anshin.console.web import setup_views

urlpatterns = [
    path("setup/<str:token>/", setup_views.setup, name="setup"),
    path("setup/<str:token>/company/", setup_views.setup_company, name="setup_company"),
    path("setup/<str:token>/mail/", setup_views.setup_mail, name="setup_mail"),
    path("p/settings/mail/", setup_views.mail_settings, name="mail_settings"),
]
