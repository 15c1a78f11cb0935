"""The page that shows the log of one company."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anshin.console.audit.access import actions_of, entries_for
from anshin.console.audit.catalogue import doer, outline, sentence
from anshin.console.audit.forms import LogFilterForm
from anshin.console.audit.models import AuditEntry
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.tables import csv_response, page_of, wants_csv


@company_page(Permission.AUDIT_VIEW)
def audit_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show who did what, newest first; with `format=csv` as a table to download."""
    language = get_language() or "ja"
    form = LogFilterForm(request.GET or {})
    form.fields["action"].choices = [("", _("Everything")), *_choices(actions_of(actor), language)]  # type: ignore[attr-defined]
    entries = entries_for(actor, form.wanted())
    if wants_csv(request):
        header = [_("Number"), _("Time"), _("Who"), _("As provider"), _("What"), _("Action"), _("Hash")]
        return csv_response("audit", header, _rows(entries.iterator(), language))
    page = page_of(request, entries)
    lines = [{"entry": entry, "who": doer(entry, language), "sentence": sentence(entry, language)} for entry in page]
    wanted = request.GET.copy()
    wanted["format"] = "csv"
    return render(
        request,
        "audit/list.html",
        {"form": form, "page": page, "lines": lines, "filtered": form.filters, "csv_query": wanted.urlencode()},
    )


def _choices(actions: Iterable[str], language: str) -> list[tuple[str, str]]:
    return [(action, outline(action, language)) for action in actions]


def _rows(entries: Iterable[AuditEntry], language: str) -> Iterator[list[Any]]:
    for entry in entries:
        yield [
            entry.sequence,
            timezone.localtime(entry.at).isoformat(timespec="seconds"),
            doer(entry, language),
            _("Yes") if entry.as_provider else "",
            sentence(entry, language),
            entry.action,
            entry.hash,
        ]
