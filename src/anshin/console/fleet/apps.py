"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The fleet app."""

    name = "anshin.console.fleet"
    label = "fleet"
