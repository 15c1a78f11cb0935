"""What every test may use. The network is closed but for loopback."""

import ipaddress
import os
import socket

import pytest
from hypothesis import settings

# The same examples on every run, so that a red build can be repeated; ANSHIN_TEST_EXPLORE=1 looks for new ones.
settings.register_profile("repeat", derandomize=True)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("explore" if os.environ.get("ANSHIN_TEST_EXPLORE") == "1" else "repeat")

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address, *args, **kwargs):
    if self.family in {socket.AF_INET, socket.AF_INET6}:
        host = address[0]
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            pytest.fail(f"a test tried to reach {host}")
    return _connect(self, address, *args, **kwargs)


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may leave this machine."""
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


def eicar() -> bytes:
    """Return the harmless antivirus test file, put together here so that no source file contains it."""
    return (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let Django empty the test database between tests although triggers protect some tables."""
    from django.db import connection

    from anshin.console.audit import append_only

    empty = connection.ops.execute_sql_flush

    def empty_without_triggers(statements):
        tables = [table for table in append_only.TABLES if table in connection.introspection.table_names()]
        append_only.remove(connection, tables)
        try:
            empty(statements)
        finally:
            append_only.install(connection, tables)

    with django_db_blocker.unblock():
        vars(connection.ops)["execute_sql_flush"] = empty_without_triggers
    return django_db_setup
