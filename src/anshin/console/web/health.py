"""Whether the process answers (/healthz) and whether the installation can do its work (/readyz)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anshin.console.people.gates import public_page
from anshin.console.web.operate import checks
from anshin.console.web.requests import shows_metrics_key


@public_page
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@public_page
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether every part works: 200, or 503, with the name of each check and whether it passed.

    Figures and versions are for whoever shows the metrics key; no secrets for anybody.
    """
    told = shows_metrics_key(request)
    found = checks.readiness()
    ready = all(check.ok for check in found)
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {check.name: {"ok": check.ok, **(check.facts if told else {})} for check in found},
    }
    response = JsonResponse(body, status=200 if ready else 503)
    # A prober asks every second and reads the answer itself; Django would write an error line each time.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
