"""Fixtures for tests of the record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventlog.memory import MemoryRecorder
from tests.database import TestDatabase
from tests.eventlog.offices import Office
from tests.eventlog.recorders import postgres_recorder


@pytest.fixture(params=["memory", "postgres"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "memory":
        yield Office(MemoryRecorder())
    else:
        database: TestDatabase = request.getfixturevalue("database")
        with postgres_recorder(database) as recorder:
            yield Office(recorder)
