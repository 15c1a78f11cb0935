"""The manager of every model that belongs to one company: it refuses to answer outside that company's scope.

django-scopes keeps the scope and most of the refusal. Its own manager is made inside a function, which type checkers
cannot name, and it lets `exclude()`, `exists()` and a few others through; so the few lines stand here.
"""

from typing import Any, NoReturn, TypeVar

from django.db import models
from django_scopes.manager import DisabledQuerySet
from django_scopes.state import get_scope

M = TypeVar("M", bound=models.Model)


class RefusingQuerySet(DisabledQuerySet):  # type: ignore[misc]
    """Refuses whatever would read or change rows; creating a row needs no scope, because it names its company."""

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        self.error()
        raise AssertionError("unreachable")

    exclude = exists = in_bulk = contains = alias = distinct = defer = extra = _refuse
    select_related = prefetch_related = explain = acount = aexists = _refuse


class CompanyManager(models.Manager[M]):
    """Filters by the active organisation, and raises ScopeError when none is active."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Return this company's rows; every row inside `scopes_disabled()`; a refusal outside any scope."""
        active = get_scope()
        if not active.get("_enabled", True):
            return super().get_queryset()
        if "organisation" not in active:
            refusing: models.QuerySet[M] = RefusingQuerySet(self.model, using=self._db, missing_scopes={"organisation"})
            return refusing
        return super().get_queryset().filter(organisation=active["organisation"])
