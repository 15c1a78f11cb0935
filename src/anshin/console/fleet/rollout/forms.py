"""What people may type about models."""

from django import forms
from django.utils.translation import gettext_lazy as _

MIN_REASON = 5


class UploadForm(forms.Form):
    """A signed package."""

    package = forms.FileField(
        label=_("Model package (.anshinmodel)"), help_text=_("Made with “anshin model package”. 20 MiB at most.")
    )


class KeyForm(forms.Form):
    """The public half of the key that signs the provider's packages."""

    public_key = forms.CharField(
        label=_("Public key"),
        max_length=100,
        help_text=_("Ed25519, 44 characters of base64. The private key stays with you."),
    )


class StartForm(forms.Form):
    """How long a model stays on the canary devices."""

    hours = forms.IntegerField(
        label=_("Hours on the canary devices"), min_value=0, max_value=24 * 60, help_text=_("Then all devices get it.")
    )


class RollBackForm(forms.Form):
    """Why a model is taken back."""

    reason = forms.CharField(label=_("Why is it taken back?"), min_length=MIN_REASON, max_length=2000)
