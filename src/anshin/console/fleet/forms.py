"""What people may type about devices, restores and lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anshin.console.fleet.models import HashListEntry, Protection
from anshin.console.fleet.operations.restores import MIN_REASON


class DeviceNameForm(forms.Form):
    """Another name for a device."""

    name = forms.CharField(label=_("Name"), max_length=255, help_text=_("For example: Accounts PC 2"))


class EnrolmentForm(forms.Form):
    """A name for the device that is to come."""

    label = forms.CharField(
        label=_("Name of the PC (may be left empty)"),
        max_length=255,
        required=False,
        help_text=_("For example: Accounts PC 2. When empty, the PC's own name is used."),
    )


class RestoreForm(forms.Form):
    """Why a file must come back."""

    reason = forms.CharField(
        label=_("Why is this file safe?"),
        min_length=MIN_REASON,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least 5 characters. It is written down together with your name."),
    )


class HashListForm(forms.Form):
    """A file for one of the lists."""

    list = forms.ChoiceField(label=_("What to do with the file"), choices=HashListEntry.List.choices)
    sha256 = forms.RegexField(
        label=_("SHA-256 of the file"),
        regex=r"^\s*[0-9A-Fa-f]{64}\s*$",
        help_text=_("64 digits from 0 to 9 and a to f. It stands on the page of a detection."),
        error_messages={"invalid": _("This is not a SHA-256. It has 64 digits from 0 to 9 and a to f.")},
        strip=True,
    )
    reason = forms.CharField(label=_("Reason"), min_length=MIN_REASON, max_length=2000)

    def clean_sha256(self) -> str:
        """Return the hash in small letters, as agents write it."""
        return str(self.cleaned_data["sha256"]).strip().lower()


class ProtectionForm(forms.Form):
    """How all devices of the company protect."""

    mode = forms.ChoiceField(label=_("Protection"), choices=Protection.choices, widget=forms.RadioSelect)
