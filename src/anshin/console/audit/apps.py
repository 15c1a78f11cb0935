"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The audit app."""

    name = "anshin.console.audit"
    label = "audit"
