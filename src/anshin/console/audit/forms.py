"""What a reader of the log may ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anshin.console.audit.access import LogFilter


class LogFilterForm(forms.Form):
    """Filters of the log; every field may be empty."""

    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("What"), required=False)
    first_day = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Until day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return self.wanted() != LogFilter()

    def wanted(self) -> LogFilter:
        """Return what was asked for; a field that could not be read counts as empty, and its error is shown."""
        found = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return LogFilter(
            who=found.get("who") or "",
            action=found.get("action") or "",
            first_day=found.get("first_day"),
            last_day=found.get("last_day"),
        )
