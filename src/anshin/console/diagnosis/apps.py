"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The diagnosis app."""

    name = "anshin.console.diagnosis"
    label = "diagnosis"
