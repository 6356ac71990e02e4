"""Events without a catalogue, and the recorders that one contract is tested on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBSequencedEvent,
)
from psycopg_pool import ConnectionPool

from domain.model.personal import MARK, commitment
from eventlog.entry import Secret, canonical
from eventlog.outcomes import Append
from eventlog.recorder import PostgresRecorder
from tests.database import TestDatabase


def event(kind: str, *tags: str, n: int = 0) -> DCBEvent:
    """An event with a number; its data names its type and tags as every entry does."""
    data = canonical({"n": n, "tags": list(tags), "type": kind})
    return DCBEvent(kind, data.encode(), list(tags))


def command(
    events: Iterable[DCBEvent],
    condition: DCBAppendCondition | None = None,
    command_id: UUID | None = None,
    digest: str | None = None,
    secrets: Iterable[tuple[int, Secret]] = (),
) -> Append:
    """A request whose entries name its command and hold the commitments of its secrets."""
    said = [json.loads(one.data) for one in events]
    for one in said:
        if command_id is not None:
            one["command_id"] = str(command_id)
    for index, secret in secrets:
        said[index].setdefault("data", []).append({MARK: secret.commitment})
    written = [DCBEvent(one["type"], canonical(one).encode(), one["tags"]) for one in said]
    return Append(written, condition, command_id, digest, list(secrets))


def secret(value: str, salt: bytes) -> Secret:
    """A value with its commitment."""
    return Secret("person:p1", commitment(value, salt), salt, value)


def item(*types: str, tags: Iterable[str] = ()) -> DCBQueryItem:
    """One query item: any of the types, all of the tags."""
    return DCBQueryItem(list(types), list(tags))


def query(*items: DCBQueryItem) -> DCBQuery:
    """Events that match any of the items."""
    return DCBQuery(list(items))


def unless(*items: DCBQueryItem, after: int | None = None) -> DCBAppendCondition:
    """The condition that no event after a position matches any of the items."""
    return DCBAppendCondition(DCBQuery(list(items)), after)


def facts(found: Iterable[DCBSequencedEvent]) -> list[tuple[int, str, int, tuple[str, ...]]]:
    """(position, type, number, tags) of each event, once its data is found to say the same."""
    result = []
    for one in found:
        said: dict[str, Any] = json.loads(one.event.data)
        assert said["type"] == one.event.type
        assert said["tags"] == one.event.tags
        result.append((one.position, one.event.type, said["n"], tuple(one.event.tags)))
    return result


def numbers(found: Iterable[DCBSequencedEvent]) -> list[int]:
    """The numbers of the events found, in their order."""
    return [number for _, _, number, _ in facts(found)]


@contextmanager
def pooled(
    database: TestDatabase, most: int = 4
) -> Iterator[ConnectionPool[psycopg.Connection[Any]]]:
    """A pool of the service's connections, as the service itself makes it."""
    with ConnectionPool[psycopg.Connection[Any]](
        database.service_conninfo,
        min_size=1,
        max_size=most,
        kwargs={"autocommit": True},
        open=False,
    ) as pool:
        yield pool


@contextmanager
def postgres_recorder(database: TestDatabase, most: int = 4) -> Iterator[PostgresRecorder]:
    """Our recorder on a database of the test's own."""
    with pooled(database, most) as pool:
        yield PostgresRecorder(pool)
