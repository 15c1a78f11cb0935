"""What every table of the console does alike: pages of fifty, and CSV that a spreadsheet opens without harm."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse

PAGE_SIZE = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel in Japanese takes the wide forms for the narrow ones (OWASP, CSV injection)."""


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """Return the page that the address asks for; a number that does not exist leads to the nearest page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def wants_csv(request: HttpRequest) -> bool:
    """Whether the address asks for the table as CSV."""
    return request.GET.get("format") == "csv"


def csv_response(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a CSV file in UTF-8 with a byte-order mark, which Excel needs to read Japanese.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection).
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
