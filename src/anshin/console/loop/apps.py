"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The loop app."""

    name = "anshin.console.loop"
    label = "loop"
