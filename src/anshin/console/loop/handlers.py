"""The whole loop on one page: which operation follows which domain event.

A handler is named by its dotted path, so that no app imports another one here; it takes `event_id`, `organisation` and
the payload as keyword arguments, and must do no harm when it is called twice.
"""

HANDLERS: dict[str, tuple[str, ...]] = {
    "detection.recorded": ("anshin.console.cases.operations.open_from_detection",),
    "quarantine.restored": ("anshin.console.cases.operations.note_restore",),
}
