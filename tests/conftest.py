"""Fixtures for every room, and the server that all of a run's database tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eventlog.embedded import EmbeddedPostgres
from tests.audit import check_log
from tests.database import TestDatabase, databases, fresh_database

_HANDED = "yinzheng_test_server"


def pytest_configure(config: pytest.Config) -> None:
    """In a worker of pytest-xdist: use the server of the controlling process."""
    handed = getattr(config, "workerinput", {}).get(_HANDED)
    if handed is not None:
        databases.use(handed)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controlling process: start the server and hand it to a worker."""
    node.workerinput[_HANDED] = databases.server().to_json()


def pytest_unconfigure() -> None:
    """Leave nothing behind on the server, and stop it if this run started it."""
    databases.stop()


@pytest.fixture
def database() -> Iterator[TestDatabase]:
    """A migrated schema of the test's own; its record is audited at the end."""
    with fresh_database() as fresh:
        yield fresh
        check_log(fresh.service_conninfo)


@pytest.fixture
def bare_database() -> Iterator[TestDatabase]:
    """The same for tests whose events are none of the catalogue: their meaning is not audited."""
    with fresh_database() as fresh:
        yield fresh
        check_log(fresh.service_conninfo, with_meaning=False)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A running server of the test's own, to kill; as durable as in production."""
    with EmbeddedPostgres(tmp_path / "data") as server:
        yield server
