"""What can be seen of the company's own domain from outside."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.access import outside_for
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.risk.outside.document import Outside

UNUSABLE = 422
"""Status of a page that comes back with what was typed and what is wrong with it."""
LEVELS = {"good": "safe", "weak": "attention", "missing": "urgent", "unreadable": "attention", "not_checked": "unknown"}


@company_page(Permission.DIAGNOSIS_WORK)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Name the own domain, and show what was seen of it and what it means."""
    error, typed = "", ""
    if request.method == "POST":
        typed = request.POST.get("domain", "").replace("\0", "")[:300]
        try:
            operations.set_domain(actor=actor, domain=typed)
        except ValueError:
            error = _("Write the domain alone, for example towa-seiki.co.jp, without http:// and without a path.")
        else:
            messages.success(request, _("The domain is stored."))
            return redirect("diagnosis_outside", actor.organisation.id)
    row, language = outside_for(actor), get_language() or "ja"
    document = Outside.model_validate(row.document) if row is not None and row.document else None
    found = document.findings if document else ()
    context = {
        "row": row,
        "on": operations.outside_is_on(),
        "typed": typed or (row.domain if row else ""),
        "error": error,
        "rows": [
            {"name": f.id.upper(), "state": LEVELS[f.level], "text": f.text.text(language), "seen": f.seen}
            for f in found
        ],
    }
    return render(request, "diagnosis/outside.html", context, status=UNUSABLE if error else 200)
