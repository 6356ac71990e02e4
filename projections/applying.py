"""Turning a run of stored entries into changes of fact tables, amendments included.

The same code serves the live projector and the rebuild; that both give the same facts is a property
the tests hold it to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from pydantic_core import from_json

from domain.model.effective import EventCorrected, EventRevoked, amendments_tag, effect
from domain.model.event import EVENTS
from projections.facts import Entry, View

AMENDMENTS = frozenset({EventCorrected.__name__, EventRevoked.__name__})

Connection = psycopg.Connection[Any]
Row = list[Any]
_KEY, _SUPERSEDED_AT = 0, 3


@dataclass
class Changes:
    """What a run of entries changes in one view: versions that end, versions that begin."""

    closed: dict[int, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    _open: dict[int, list[Row]] = field(default_factory=dict)

    def add(self, rows: list[Row]) -> None:
        """Begin versions."""
        if rows:
            self.rows.extend(rows)
            self._open[rows[0][_KEY]] = rows

    def close(self, key: int, position: int) -> None:
        """End the present versions of a key, whether this run began them or an earlier one."""
        begun = self._open.pop(key, None)
        if begun is None:
            # Only the first end counts: a version in between may have stated nothing.
            self.closed.setdefault(key, position)
        else:
            for row in begun:
                row[_SUPERSEDED_AT] = position


def entry_of(position: int, stored: bytes | str) -> Entry:
    """A stored entry as handlers see it, before any amendment."""
    said: dict[str, Any] = from_json(stored)
    kind, version, data = said["type"], said["version"], said["data"]
    if version != EVENTS[kind].version:
        data = EVENTS[kind].upcast(version, data)
    return Entry(position, kind, data, said["occurred_on"], said)


def handled_types(views: Iterable[View]) -> list[str]:
    """The event types that concern any of the views, amendments included."""
    return sorted({kind for view in views for kind in view.handlers} | AMENDMENTS)


def changes(
    connection: Connection, views: Sequence[View], entries: Iterable[Entry]
) -> dict[str, Changes]:
    """What `entries`, in position order, change in each view."""
    by_type: dict[str, list[View]] = {}
    for view in views:
        for kind in view.handlers:
            by_type.setdefault(kind, []).append(view)
    result = {view.name: Changes() for view in views}
    for entry in entries:
        if entry.type in AMENDMENTS:
            _amend(connection, by_type, entry, result)
        else:
            for view in by_type.get(entry.type, ()):
                result[view.name].add(view.rows(entry, entry.position))
    return result


def _amend(
    connection: Connection,
    by_type: dict[str, list[View]],
    amendment: Entry,
    result: dict[str, Changes],
) -> None:
    root: int = amendment.data["root"]
    stored = connection.execute(
        "select l.position, l.entry from record_log l where l.position = %(root)s "
        "or (l.position <= %(upto)s and l.position in (select t.position from record_tag t "
        "where t.tag = %(tag)s and t.type = any(%(types)s))) order by l.position",
        {
            "root": root,
            "upto": amendment.position,
            "tag": amendments_tag(root),
            "types": sorted(AMENDMENTS),
        },
    ).fetchall()
    entries = [entry_of(position, text) for position, text in stored]
    original = entries[0]
    views = by_type.get(original.type, [])
    if not views:
        return
    after = effect(
        original.data,
        original.occurred_on,
        root,
        [(e.position, e.type, e.data) for e in entries[1:] if e.data["root"] == root],
    )
    standing = Entry(root, original.type, after.data, after.occurred_on, original.said)
    for view in views:
        result[view.name].close(root, amendment.position)
        result[view.name].add(view.rows(standing, amendment.position, revoked=after.revoked))


def write(connection: Connection, view: View, version: int, changed: Changes) -> None:
    """Apply changes to one version's table, within the caller's transaction."""
    table = sql.Identifier(view.table(version))
    if changed.closed:
        connection.execute(
            sql.SQL(
                "update {} as f set superseded_at = c.at "
                "from unnest(%s::bigint[], %s::bigint[]) as c(key, at) "
                "where f.key = c.key and f.superseded_at is null"
            ).format(table),
            [list(changed.closed), list(changed.closed.values())],
        )
    if changed.rows:
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("copy {} from stdin").format(table)) as copy,
        ):
            for row in changed.rows:
                copy.write_row(row)
