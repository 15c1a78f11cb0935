"""What people write on a case."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from anshin.console.cases.access import ORDERS, CaseFilter
from anshin.console.cases.models import Incident

STATES = [
    ("", _("Not closed")),
    (Incident.State.OPEN.value, Incident.State.OPEN.label),
    (Incident.State.WITH_DESK.value, Incident.State.WITH_DESK.label),
    (Incident.State.CLOSED.value, Incident.State.CLOSED.label),
    ("all", _("All")),
]


class CaseFilterForm(forms.Form):
    """Filter of the list of cases."""

    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    q = forms.CharField(label=_("Search"), required=False, max_length=100)

    @staticmethod
    def read(query: Mapping[str, str]) -> CaseFilter:
        """Read the filter from an address."""
        state, sort = query.get("state", ""), query.get("sort", "")
        return CaseFilter(
            state=state if state in dict(STATES) else "",
            search=query.get("q", "").replace("\0", "").strip()[:100],
            sort=sort if sort in ORDERS else "-opened",
        )


class NoteForm(forms.Form):
    """A note on the timeline."""

    text = forms.CharField(
        label=_("What did you notice or do?"),
        help_text=_("Write who, what and when. Your name and the time of writing are added by themselves."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReasonForm(forms.Form):
    """Why something is done: closing, reopening, exporting."""

    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
