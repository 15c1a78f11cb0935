"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The people app."""

    name = "anshin.console.people"
    label = "people"
