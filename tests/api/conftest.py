"""Fixtures for the ways in."""

from collections.abc import Iterator

import pytest

from tests.api.service import Service, service_on
from tests.database import TestDatabase


@pytest.fixture
def service(database: TestDatabase) -> Iterator[Service]:
    """A service on an empty record, with one account `office`."""
    with service_on(database) as service:
        yield service
