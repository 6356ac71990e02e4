"""Rebuilding views from the record into fresh tables, comparing them with the live ones, swapping.

Readers never fail and never see half: until the last short transaction they read the old tables.
Whatever stops a rebuild before it, a crash or a cancellation, leaves those untouched; the unfinished
tables are dropped by the next rebuild.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg import sql

from projections import versions
from projections.applying import AMENDMENTS, changes, entry_of, handled_types, write
from projections.facts import VIEWS, View

SPAN = 20_000
"""Positions that one worker copies at a time; the unit of progress and of memory."""

Report = Callable[[int, int], None]
"""Told how many of how many positions are done."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One view's outcome: its new version, the hashes of old and new at one position."""

    view: str
    version: int
    position: int
    live_hash: str | None
    hash: str

    @property
    def equal(self) -> bool:
        """Whether the rebuilt facts are those that were live; anything else is a finding."""
        return self.live_hash in (None, self.hash)


def rebuild(
    conninfo: str,
    names: Sequence[str] | None = None,
    *,
    workers: int = 2,
    report: Report = lambda done, total: None,
) -> list[Rebuilt]:
    """Rebuild the named views, or all; returns one outcome per view.

    `conninfo` is the service's, with the jurisdiction's search_path. One pass over the record fills
    all views: originals in parallel, then amendments in order, then whatever arrived meanwhile.
    """
    views = [VIEWS[name] for name in names] if names else list(VIEWS.values())
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Two rebuilds would drop each other's unfinished tables; the second waits for the first.
        connection.execute(
            "select pg_advisory_lock(hashtextextended('rebuild ' || current_schema(), 0))"
        )
        numbers = _fresh_tables(connection, views)
        head = _head(connection)
        _copy_originals(conninfo, views, numbers, head, workers, report)
        for view in views:
            versions.create_indexes(connection, view, numbers[view.name])
        _apply(connection, views, numbers, 0, head, sorted(AMENDMENTS))
        return [_swap(connection, view, numbers[view.name], head) for view in views]


def _fresh_tables(connection: versions.Connection, views: Sequence[View]) -> dict[str, int]:
    numbers = {}
    with connection.transaction():
        live = dict(connection.execute("select name, version from projection_view").fetchall())
        for view in views:
            numbers[view.name] = live.get(view.name, 0) + 1
            versions.create_table(connection, view, numbers[view.name])
    return numbers


def _head(connection: versions.Connection) -> int:
    row = connection.execute("select position from record_head").fetchone()
    assert row is not None
    return int(row[0])


def _copy_originals(
    conninfo: str,
    views: Sequence[View],
    numbers: dict[str, int],
    head: int,
    workers: int,
    report: Report,
) -> None:
    """Fill the tables with what every event says unamended; spans go to worker processes."""
    spans = [(low, min(low + SPAN, head)) for low in range(0, head, SPAN)]
    names = [view.name for view in views]
    done = 0
    if workers < 2 or len(spans) < 2:
        for span in spans:
            done += copy_span(conninfo, names, numbers, *span)
            report(done, head)
        return
    # Fresh interpreters: a forked one would share this process's database connections.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(copy_span, conninfo, names, numbers, *span) for span in spans]
        try:
            for task in tasks:
                done += task.result()
                report(done, head)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def copy_span(
    conninfo: str, names: Sequence[str], numbers: dict[str, int], low: int, high: int
) -> int:
    """Copy the facts of positions (low, high] into fresh tables; returns how many positions."""
    import projections.views  # noqa: F401 - a spawned worker has to fill the registry itself

    views = [VIEWS[name] for name in names]
    handlers: dict[str, list[View]] = {}
    for view in views:
        for kind in view.handlers:
            handlers.setdefault(kind, []).append(view)
    rows: dict[str, list[list[Any]]] = {view.name: [] for view in views}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for position, stored in _stored(connection, sorted(handlers), low, high):
            entry = entry_of(position, stored)
            for view in handlers[entry.type]:
                rows[view.name].extend(view.rows(entry, position))
        with connection.transaction():
            for view in views:
                if rows[view.name]:
                    _copy_rows(connection, view, numbers[view.name], rows[view.name])
    return high - low


def _copy_rows(
    connection: versions.Connection,
    view: View,
    version: int,
    rows: list[list[Any]],
) -> None:
    statement = sql.SQL("copy {} from stdin").format(sql.Identifier(view.table(version)))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _stored(
    connection: versions.Connection, types: list[str], low: int, high: int
) -> Iterator[tuple[int, bytes]]:
    """Stored entries by binary COPY: no row objects, no unescaping, flat memory."""
    statement = sql.SQL(
        "copy (select position, entry from record_log where position > {} and position <= {} "
        "and type = any({}) order by position) to stdout (format binary)"
    ).format(low, high, types)
    header = 19
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in copy:
            data = bytes(chunk)
            offset = header
            header = 0
            while offset + 2 <= len(data):
                (fields,) = struct.unpack_from(">h", data, offset)
                if fields < 0:
                    break
                position, length = struct.unpack_from(">qi", data, offset + 6)
                start = offset + 18
                yield position, data[start : start + length]
                offset = start + length


def _apply(
    connection: versions.Connection,
    views: Sequence[View],
    numbers: dict[str, int],
    low: int,
    high: int,
    types: list[str] | None = None,
) -> None:
    """Bring fresh tables from one position to another; with `types`, only by those events."""
    after = low
    while after < high:
        stored = connection.execute(
            "select position, entry from record_log where position > %s and position <= %s "
            "and type = any(%s) order by position limit 2000",
            [after, high, types if types is not None else handled_types(views)],
        ).fetchall()
        if not stored:
            return
        after = stored[-1][0]
        with connection.transaction():
            changed = changes(connection, views, [entry_of(p, e) for p, e in stored])
            for view in views:
                write(connection, view, numbers[view.name], changed[view.name])


def _swap(connection: versions.Connection, view: View, version: int, built: int) -> Rebuilt:
    """Catch up, compare with the live facts at one position, and let readers see the new table."""
    reached = _head(connection)
    _apply(connection, [view], {view.name: version}, built, reached)
    live = _live(connection, view)
    compared_at = reached if live is None else min(reached, live[1])
    fresh = versions.content_hash(connection, view, version, compared_at)
    old = None
    if live is not None and live[2] == view.definition:
        old = versions.content_hash(connection, view, live[0], compared_at)
    while not _published(connection, view, version, reached):
        time.sleep(versions.LOCK_PAUSE_SECONDS)
    # Statements that began before the swap may still read the old table; dropping it waits for them.
    versions.drop_old(connection, view, version)
    return Rebuilt(view.name, version, compared_at, old, fresh)


def _published(connection: versions.Connection, view: View, version: int, reached: int) -> bool:
    """Let readers see the new table from here on; False, and nothing done, if one is in the way."""
    try:
        with versions.briefly(connection):
            # Holding this row stops the projector for the length of the last few events.
            live = _live(connection, view, lock=True)
            target = max(reached, live[1] if live else 0)
            _apply(connection, [view], {view.name: version}, reached, target)
            versions.publish(connection, view, version)
            connection.execute(
                "insert into projection_view (name, version, position, definition) "
                "values (%s, %s, %s, %s) on conflict (name) do update "
                "set version = excluded.version, position = excluded.position, "
                "definition = excluded.definition",
                [view.name, version, target, view.definition],
            )
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _live(
    connection: versions.Connection, view: View, *, lock: bool = False
) -> tuple[int, int, str] | None:
    statement = "select version, position, definition from projection_view where name = %s"
    row = connection.execute(
        sql.SQL(statement + (" for update" if lock else "")), [view.name]
    ).fetchone()
    return None if row is None else (row[0], row[1], row[2])
