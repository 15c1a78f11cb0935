"""How a database stands to this version."""

import pytest

from anshin.console.web.operate import schema
from anshin.console.web.operate.errors import ConflictError
from anshin.console.web.operate.schema import SchemaState, compare
from anshin.console.web.operate.start import fit_schema

KNOWN = frozenset({"a.0001", "a.0002", "b.0001"})


@pytest.mark.parametrize(
    ("applied", "state"),
    [
        (frozenset(), SchemaState.EMPTY),
        (KNOWN, SchemaState.CURRENT),
        (KNOWN - {"a.0002"}, SchemaState.OLDER),
        (KNOWN | {"a.0003"}, SchemaState.NEWER),
        ((KNOWN - {"b.0001"}) | {"a.0003"}, SchemaState.NEWER),
    ],
)
def test_compare(applied, state):
    found = compare(applied, KNOWN)
    assert found.state is state
    assert set(found.missing) == KNOWN - applied
    assert set(found.unknown) == applied - KNOWN


def test_this_database_is_current(db):
    assert schema.inspect().state is SchemaState.CURRENT


def test_newer_database_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "inspect", lambda: compare(KNOWN | {"a.0003"}, KNOWN))
    monkeypatch.setattr(schema, "migrate", lambda: pytest.fail("it was changed"))
    with pytest.raises(ConflictError, match=r"a\.0003"):
        fit_schema(tmp_path, say=lambda _sentence: None)


def test_failed_backup_leaves_the_database_alone(tmp_path, monkeypatch):
    from anshin.console.web.operate import backup
    from anshin.console.web.operate.errors import OperationError

    def no_room(*_args, **_kwargs):
        raise OperationError("no room")

    monkeypatch.setattr(schema, "inspect", lambda: compare(KNOWN - {"a.0002"}, KNOWN))
    monkeypatch.setattr(schema, "migrate", lambda: pytest.fail("it was changed"))
    monkeypatch.setattr(backup, "make_backup", no_room)
    with pytest.raises(OperationError, match="no room"):
        fit_schema(tmp_path, say=lambda _sentence: None)
