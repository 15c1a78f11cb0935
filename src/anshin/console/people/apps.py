"""Django's name for this app."""

from django.apps import AppConfig


class Config(AppConfig):
    """The people app."""

    name = "anshin.console.people"
    label = "people"

    def ready(self) -> None:
        """Listen to what django-allauth reports."""
        from anshin.console.people import signals  # noqa: F401
