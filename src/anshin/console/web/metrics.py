"""/metrics in the text format that Prometheus reads (exposition format 0.0.4), behind a key.

A client library would bring a registry and processes of its own; the format is a few lines of text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anshin import __version__
from anshin.console.fleet import operations as fleet
from anshin.console.loop.operations import state as loop_state
from anshin.console.people.gates import public_page
from anshin.console.people.models import Organisation
from anshin.console.web.operate.backup import last_backup_at
from anshin.console.web.operate.tasks import task_counts
from anshin.console.web.requests import shows_metrics_key
from anshin.console.web.traffic import BUCKETS_SECONDS, traffic

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its samples are (suffix, labels, value)."""

    name: str
    kind: str  # counter, gauge, histogram
    help: str
    samples: list[tuple[str, dict[str, str], float]] = field(default_factory=list)


@public_page
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to whoever shows the key as `Authorization: Bearer`; 401 to everyone else."""
    if not shows_metrics_key(request):
        return HttpResponse("the key is missing or wrong\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(render(collect(now=timezone.now())), content_type=CONTENT_TYPE)


def collect(*, now: datetime) -> Iterator[Metric]:
    """Return all metrics of this installation, over all companies; no company is named."""
    yield Metric("anshin_info", "gauge", "Version that runs.", [("", {"version": __version__}, 1)])
    summaries = fleet.summaries(list(Organisation.objects.filter(kind=Organisation.Kind.CUSTOMER)), now=now).values()
    states = ("safe", "attention", "urgent", "unknown")
    devices = [("", {"state": s}, float(sum(getattr(x, s) for x in summaries))) for s in states]
    yield Metric("anshin_devices", "gauge", "Devices by state.", devices)
    figures = fleet.figures()
    yield Metric("anshin_events_stored_total", "counter", "Events of agents stored.", [("", {}, figures.events)])
    detections: list[tuple[str, dict[str, str], float]] = [
        ("", {"outcome": k}, n) for k, n in sorted(figures.detections.items())
    ]
    yield Metric("anshin_detections_total", "counter", "Detections by outcome.", detections)
    loop = loop_state(now=now)
    yield Metric("anshin_outbox_waiting", "gauge", "Domain events that wait.", [("", {}, loop.waiting)])
    yield Metric("anshin_outbox_dead", "gauge", "Domain events given up.", [("", {}, loop.dead)])
    yield Metric("anshin_outbox_oldest_seconds", "gauge", "Age of the oldest.", [("", {}, loop.oldest_seconds)])
    tasks: list[tuple[str, dict[str, str], float]] = [("", {"status": k}, n) for k, n in sorted(task_counts().items())]
    yield Metric("anshin_tasks", "gauge", "Background tasks by status.", tasks)
    if (backup := last_backup_at()) is not None:
        age = (now - backup).total_seconds()
        yield Metric("anshin_backup_age_seconds", "gauge", "Time since the last backup.", [("", {}, age)])
    yield from _of_traffic()


def _of_traffic() -> Iterator[Metric]:
    requests, buckets, seconds = traffic.snapshot()
    total = sum(requests.values())
    yield Metric(
        "anshin_http_requests_total",
        "counter",
        "Requests answered by this process.",
        [("", {"method": method, "status": status}, n) for (method, status), n in sorted(requests.items())],
    )
    samples: list[tuple[str, dict[str, str], float]] = [
        ("_bucket", {"le": f"{edge:g}"}, n) for edge, n in zip(BUCKETS_SECONDS, buckets, strict=True)
    ]
    samples += [("_bucket", {"le": "+Inf"}, total), ("_sum", {}, seconds), ("_count", {}, total)]
    yield Metric("anshin_http_request_seconds", "histogram", "How long requests took.", samples)


def render(found: Iterable[Metric]) -> str:
    """Return metrics as text, one sample per line."""
    lines = []
    for metric in found:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for suffix, labels, value in metric.samples:
            inside = ",".join(f'{name}="{_escape(text)}"' for name, text in labels.items())
            lines.append(
                f"{metric.name}{suffix}{{{inside}}} {_number(value)}"
                if inside
                else f"{metric.name}{suffix} {_number(value)}"
            )
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    # "%g" would round a counter from its seventh digit on.
    return str(int(value)) if float(value).is_integer() else repr(round(float(value), 6))
