"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The web app."""

    name = "anshin.console.web"
    label = "web"
