"""Our DCB recorder on PostgreSQL: gapless, conditional, many requests in one commit (DESIGN §4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.persistence import IntegrityError
from psycopg import errors
from psycopg_pool import ConnectionPool

from eventlog.batches import batch_json
from eventlog.entry import parse
from eventlog.outcomes import (
    Append,
    Appended,
    AppendRefused,
    Conflicted,
    Outcome,
    Repeated,
    Unreachable,
)
from eventlog.subscription import PostgresSubscription

__all__ = ["PostgresRecorder", "Unreachable"]

_RECORDED, _CONFLICT, _SAME_COMMAND, _OTHER_BODY = range(4)

_APPEND = "select stamp, verdict, first, last from record_append(%s::jsonb)"
_FIND = "select head, at_position, entry from record_find(%s::jsonb, %s, %s)"
_SCAN = "select head, at_position, entry from record_scan(%s::jsonb, %s, %s, %s)"

AGAIN = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
"""Another call was in the way and nothing was recorded: the same call may be made again."""
TRIES = 5

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)
"""No answer, or one from a server that may not write: after a failover the next try finds another."""


class PostgresRecorder(DCBRecorder):
    """Appends to and reads from the record of one jurisdiction.

    `pool` gives autocommit connections whose search_path is the jurisdiction's schema. Every method
    raises Unreachable while the database does not answer.
    """

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]]) -> None:
        self.pool = pool

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        """Record each request or say why not, all in one commit.

        One autocommit statement, never inside a longer transaction (DESIGN §4). A crash of the
        database before its commit leaves nothing; after it, the command ids are found again.
        Raises AppendRefused if nothing was recorded, Unreachable if that is not known.
        """
        if not requests:
            return []
        batch = batch_json(requests)
        for attempt in range(1, TRIES + 1):
            try:
                return self._append(batch)
            except AGAIN as error:
                if attempt == TRIES:
                    raise AppendRefused(str(error)) from error
            except errors.ProgramLimitExceeded as error:
                raise AppendRefused(str(error)) from error
            except AWAY as error:
                raise Unreachable(str(error)) from error
            except (psycopg.Error, UnicodeError) as error:
                raise AppendRefused(str(error)) from error
        raise AssertionError("unreachable")

    def _append(self, batch: str) -> list[Outcome]:
        with self.pool.connection() as connection:
            row = connection.execute(_APPEND, [batch]).fetchone()
        assert row is not None
        stamp, *answers = row
        return [_outcome(stamp, *answer) for answer in zip(*answers, strict=True)]

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None
    ) -> int:
        """The library's append: the last position, or IntegrityError naming the conflicting event."""
        (outcome,) = self.append_many([Append(events, condition)])
        if isinstance(outcome, Conflicted):
            raise IntegrityError(f"event {outcome.position} matches the append condition")
        return outcome.last

    def read(
        self,
        query: DCBQuery | None = None,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> StoredEvents:
        """Events that match, in position order, and the head they are as of: one snapshot."""
        items = query.items if query else []
        with self._connection() as connection:
            if items and all(item.tags for item in items):
                wanted = json.dumps([_wanted(item) for item in items], ensure_ascii=False)
                rows = connection.execute(_FIND, [wanted, after or 0, limit]).fetchall()
            else:
                parameters = [*_scanned(items), after or 0, limit]
                rows = connection.execute(_SCAN, parameters).fetchall()
        return StoredEvents(rows, limited=limit is not None)

    def known(self, command_id: UUID, digest: str | None) -> Repeated | None:
        """Where a command was recorded before, if it was."""
        with self._connection() as connection:
            row = connection.execute(
                "select first, last, "
                "digest is null or coalesce(digest = decode(%s::text, 'hex'), false), "
                "encode(digest, 'hex') from record_command where id = %s",
                [digest, command_id],
            ).fetchone()
        return None if row is None else Repeated(*row)

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        """The (commitment, salt) that the vault still holds for a span of positions, in order."""
        with self._connection() as connection:
            return connection.execute(
                "select encode(commitment, 'hex'), salt from vault_value "
                "where position between %s and %s order by position, commitment",
                [first, last],
            ).fetchall()

    def entries(self, first: int, last: int) -> list[tuple[int, str, bytes]]:
        """Stored (position, entry, leaf) of a span of positions, both ends included."""
        with self._connection() as connection:
            return connection.execute(
                "select position, entry, leaf from record_log "
                "where position between %s and %s order by position",
                [first, last],
            ).fetchall()

    def head(self) -> int:
        """The last position; 0 for an empty record."""
        with self._connection() as connection:
            row = connection.execute("select position from record_head").fetchone()
        assert row is not None
        return int(row[0])

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> PostgresSubscription:
        """Stored events after a position, then new ones as they are committed."""
        return PostgresSubscription(self, query=query, after=after)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self.pool.connection() as connection:
                yield connection
        except AWAY as error:
            raise Unreachable(str(error)) from error


def _wanted(item: DCBQueryItem) -> dict[str, Any]:
    return {"tag": item.tags[0], "more": item.tags[1:] or None, "types": item.types or None}


def _scanned(items: Sequence[DCBQueryItem]) -> tuple[str | None, list[str] | None]:
    """What `record_scan` looks for: tagged items as JSON, and the types that need no tag."""
    tagged = [_wanted(item) for item in items if item.tags]
    loose = [item for item in items if not item.tags]
    if not items or any(not item.types for item in loose):
        return None, None
    kinds = [kind for item in loose for kind in item.types]
    return json.dumps(tagged, ensure_ascii=False) if tagged else None, kinds


def _outcome(stamp: str, verdict: int, first: int, last: int) -> Outcome:
    if verdict == _RECORDED:
        return Appended(first, last, stamp)
    if verdict == _CONFLICT:
        return Conflicted(first)
    return Repeated(first, last, same=verdict == _SAME_COMMAND)


class StoredEvents(DCBReadResponse):
    """The answer to a read. `record_head` is the record's last position at that moment.

    `head` is what the library means by it: with a limit, the last position that was found.
    """

    def __init__(self, rows: list[tuple[int, int | None, str]], *, limited: bool) -> None:
        self.record_head = rows[0][0]
        found = [] if rows[0][1] is None else rows
        self._rows = iter(found)
        self._head = (found[-1][1] if found else None) if limited else self.record_head or None

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        _, position, entry = next(self._rows)
        assert position is not None
        said = parse(entry)
        event = DCBEvent(said.get("type", ""), entry.encode(), said.get("tags", []))
        return DCBSequencedEvent(event, position)
