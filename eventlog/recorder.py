"""Our DCB recorder on PostgreSQL: gapless, conditional, many requests in one commit (DESIGN §4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.persistence import IntegrityError, ProgrammingError
from psycopg_pool import ConnectionPool

from eventlog.entry import parse
from eventlog.outcomes import Append, Appended, Conflicted, Outcome, Repeated
from eventlog.statements import statement
from eventlog.subscription import PostgresSubscription

_RECORDED, _CONFLICT, _SAME_COMMAND, _OTHER_BODY = range(4)

_SELECT_TAGGED = statement("eventlog", "select_tagged")

_SELECT_UNTAGGED = statement("eventlog", "select_untagged")


class Unreachable(Exception):
    """The database did not answer; whether the append was recorded is not known.

    Repeating the same command tells: its id is recognised if it was.
    """


def array_literal(values: Sequence[str]) -> str:
    """A PostgreSQL array literal; quicker to send inside one jsonb than nested arrays."""
    return (
        "{"
        + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
        + "}"
    )


def batch_json(requests: Sequence[Append]) -> str:
    """The one parameter of the append function: all requests as parallel arrays."""
    batch: dict[str, list[Any]] = {
        name: []
        for name in (
            "r_command r_digest c_req c_after c_tag c_more c_types e_req e_type e_body "
            "t_ord t_tag v_ord v_subject v_commitment v_salt v_value"
        ).split()
    }
    for req, request in enumerate(requests, 1):
        batch["r_command"].append(None if request.command_id is None else str(request.command_id))
        batch["r_digest"].append(request.digest)
        _add_condition(batch, req, request.condition)
        first = len(batch["e_req"]) + 1
        for order, event in enumerate(request.events, first):
            batch["e_req"].append(req)
            batch["e_type"].append(event.type)
            batch["e_body"].append(event.data.decode())
            for tag in dict.fromkeys(event.tags):
                batch["t_ord"].append(order)
                batch["t_tag"].append(tag)
        for index, secret in request.secrets:
            batch["v_ord"].append(first + index)
            batch["v_subject"].append(secret.subject)
            batch["v_commitment"].append(secret.commitment)
            batch["v_salt"].append(secret.salt.hex())
            batch["v_value"].append(secret.value)
    return json.dumps({k: v for k, v in batch.items() if v}, ensure_ascii=False)


def _add_condition(
    batch: dict[str, list[Any]], req: int, condition: DCBAppendCondition | None
) -> None:
    if condition is None:
        return
    items = condition.fail_if_events_match.items
    for tags, types in [(i.tags, i.types) for i in items] or [([], [])]:
        batch["c_req"].append(req)
        batch["c_after"].append(condition.after or 0)
        batch["c_tag"].append(tags[0] if tags else None)
        batch["c_more"].append(array_literal(tags[1:]) if len(tags) > 1 else None)
        batch["c_types"].append(array_literal(types) if types else None)


class PostgresRecorder(DCBRecorder):
    """Appends to and reads from the record of one jurisdiction.

    `pool` gives autocommit connections whose search_path is the jurisdiction's schema.
    """

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]]) -> None:
        self.pool = pool

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        """Record each request or say why not, all in one commit; Unreachable if nothing is known.

        One autocommit statement, never inside a longer transaction (DESIGN §4). A crash of the
        database before its commit leaves nothing; after it, the command ids are found again.
        """
        if any(not request.events for request in requests):
            raise ProgrammingError("an append needs at least one event")
        try:
            with self.pool.connection() as connection:
                row = connection.execute(
                    "select stamp, verdict, first, last from record_append(%s::jsonb)",
                    [batch_json(requests)],
                ).fetchone()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unreachable(str(error)) from error
        assert row is not None
        stamp, verdicts, firsts, lasts = row
        return [
            _outcome(stamp, verdict, first, last)
            for verdict, first, last in zip(verdicts, firsts, lasts, strict=True)
        ]

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
    ) -> DCBReadResponse:
        """Events that match, in position order, and the head they are as of: one snapshot."""
        items = query.items if query else []
        tagged = [item for item in items if item.tags]
        parameters: dict[str, Any] = {
            "after": after or 0,
            "limit": limit,
            "tag": [item.tags[0] for item in tagged],
            "more": [
                array_literal(item.tags[1:]) if len(item.tags) > 1 else None for item in tagged
            ],
        }
        types = [array_literal(item.types) if item.types else None for item in tagged]
        if tagged and len(tagged) == len(items):
            query_text = _SELECT_TAGGED
            parameters["types"] = types
        else:
            query_text = _SELECT_UNTAGGED
            loose = [item for item in items if not item.tags]
            parameters["everything"] = not items or any(not item.types for item in loose)
            parameters["types"] = [kind for item in loose for kind in item.types]
            parameters["tagged"] = types
        try:
            with self.pool.connection() as connection:
                rows = connection.execute(query_text, parameters).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unreachable(str(error)) from error
        return _Response(rows, limited=limit is not None)

    def known(self, command_id: UUID, digest: str) -> Repeated | None:
        """Where a command was recorded before, if it was."""
        with self.pool.connection() as connection:
            row = connection.execute(
                "select first, last, digest is null or digest = decode(%s, 'hex') "
                "from record_command where id = %s",
                [digest, command_id],
            ).fetchone()
        return None if row is None else Repeated(*row)

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        """The (commitment, salt) that the vault still holds for a span of positions."""
        with self.pool.connection() as connection:
            return connection.execute(
                "select encode(commitment, 'hex'), salt from vault_value "
                "where position between %s and %s",
                [first, last],
            ).fetchall()

    def entries(self, first: int, last: int) -> list[tuple[int, str, bytes]]:
        """Stored (position, entry, leaf) of a span of positions, both ends included."""
        with self.pool.connection() as connection:
            return connection.execute(
                "select position, entry, leaf from record_log "
                "where position between %s and %s order by position",
                [first, last],
            ).fetchall()

    def head(self) -> int:
        """The last position; 0 for an empty record."""
        with self.pool.connection() as connection:
            row = connection.execute("select position from record_head").fetchone()
        assert row is not None
        return int(row[0])

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> PostgresSubscription:
        """Stored events after a position, then new ones as they are committed."""
        return PostgresSubscription(self, query=query, after=after)


def _outcome(stamp: str, verdict: int, first: int, last: int) -> Outcome:
    if verdict == _RECORDED:
        return Appended(first, last, stamp)
    if verdict == _CONFLICT:
        return Conflicted(first)
    return Repeated(first, last, same=verdict == _SAME_COMMAND)


class _Response(DCBReadResponse):
    def __init__(self, rows: list[tuple[Any, ...]], *, limited: bool) -> None:
        matches = rows if rows and rows[0][1] is not None else []
        self._events: Iterator[tuple[Any, ...]] = islice(matches, None)
        if limited:
            self._head = matches[-1][1] if matches else None
        else:
            self._head = (rows[0][0] or None) if rows else None

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        _, position, kind, entry = next(self._events)
        data = entry.encode()
        return DCBSequencedEvent(DCBEvent(kind, data, _tags(entry)), position)


def _tags(entry: str) -> list[str]:
    tags: list[str] = parse(entry).get("tags", [])
    return tags
