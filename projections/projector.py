"""The live projector: follows the record in batches and keeps every view's facts current.

Rows and tracking position commit together, so a crash anywhere leaves the views at a batch boundary
from which the next run goes on.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from eventlog.subscription import channel
from projections import versions
from projections.applying import changes, entry_of, handled_types, write
from projections.facts import VIEWS, View

BATCH = 2000
"""Positions per transaction."""
LEASE_SECONDS = 10.0
POLL_SECONDS = 1.0

Pool = ConnectionPool[psycopg.Connection[Any]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the views are: head of the record, the slowest view's position, and its age."""

    head: int
    projected: int
    lag_s: float


class Projector:
    """Keeps the views of one jurisdiction current; any number may run, one leads at a time."""

    def __init__(self, pool: Pool, views: list[View] | None = None) -> None:
        self._pool = pool
        self._views = views if views is not None else list(VIEWS.values())
        self._holder = str(uuid4())
        self._stopping = threading.Event()
        self._advanced = threading.Condition()

    def prepare(self) -> list[str]:
        """Make tables for new views; returns the views whose declaration changed: rebuild those."""
        changed = []
        with self._pool.connection() as connection, connection.transaction():
            # Two services starting at once: the second waits for the first one's tables.
            connection.execute("lock table projection_view in share row exclusive mode")
            known = dict(
                connection.execute("select name, definition from projection_view").fetchall()
            )
            for view in self._views:
                if view.name not in known:
                    self._create(connection, view)
                elif known[view.name] != view.definition:
                    changed.append(view.name)
        return changed

    def _create(self, connection: versions.Connection, view: View) -> None:
        versions.create_table(connection, view, 1)
        versions.create_indexes(connection, view, 1)
        versions.publish(connection, view, 1)
        connection.execute(
            "insert into projection_view (name, version, position, definition) "
            "values (%s, 1, 0, %s)",
            [view.name, view.definition],
        )

    def run_forever(self) -> None:
        """Follow the record until `stop`; survives a lost database, and takes over a lost leader."""
        while not self._stopping.is_set():
            try:
                with self._pool.connection() as connection:
                    self._follow(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                self._stopping.wait(POLL_SECONDS)

    def stop(self) -> None:
        """Make `run_forever` return; safe from any thread."""
        self._stopping.set()

    def _follow(self, connection: versions.Connection) -> None:
        row = connection.execute("select current_schema()").fetchone()
        assert row is not None
        name = sql.Identifier(channel(row[0]))
        connection.execute(sql.SQL("listen {}").format(name))
        try:
            while not self._stopping.is_set():
                if not self._leads(connection):
                    self._stopping.wait(POLL_SECONDS)
                elif not self.advance(connection):
                    # A notification is a hint; without one the next look is a second away.
                    for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                        break
        finally:
            if not connection.closed:
                connection.execute(sql.SQL("unlisten {}").format(name))
                # Whoever stops in order lets the next one lead at once.
                connection.execute(
                    "update lease set until = clock_timestamp() "
                    "where name = 'projector' and holder = %s",
                    [self._holder],
                )

    def _leads(self, connection: versions.Connection) -> bool:
        row = connection.execute(
            "select lease_take('projector', %s, %s)", [self._holder, LEASE_SECONDS]
        ).fetchone()
        return bool(row and row[0])

    def advance(self, connection: versions.Connection) -> bool:
        """Project one batch; False when there was nothing left to do."""
        with connection.transaction():
            standing = {
                (name, definition): (version, position)
                for name, version, position, definition in connection.execute(
                    "select name, version, position, definition from projection_view "
                    "order by name for update"
                )
            }
            # A view that another release declared otherwise is that release's to fill.
            views = [view for view in self._views if (view.name, view.definition) in standing]
            if not views:
                return False
            reached = {v.name: standing[v.name, v.definition][1] for v in views}
            tables = {v.name: standing[v.name, v.definition][0] for v in views}
            low = min(reached.values())
            head = _head(connection)
            if low >= head:
                return False
            high = min(low + BATCH, head)
            stored = connection.execute(
                "select position, entry from record_log "
                "where position > %s and position <= %s and type = any(%s) order by position",
                [low, high, handled_types(views)],
            ).fetchall()
            entries = [entry_of(position, entry) for position, entry in stored]
            for position in sorted({at for at in reached.values() if at < high}):
                group = [view for view in views if reached[view.name] == position]
                fresh = [entry for entry in entries if entry.position > position]
                changed = changes(connection, group, fresh)
                for view in group:
                    write(connection, view, tables[view.name], changed[view.name])
                connection.execute(
                    "update projection_view set position = %s where name = any(%s)",
                    [high, [view.name for view in group]],
                )
        with self._advanced:
            self._advanced.notify_all()
        return True

    def catch_up(self) -> int:
        """Project everything there is now, as leader or not; returns the position reached."""
        with self._pool.connection() as connection:
            while self.advance(connection):
                pass
        return progress(self._pool).projected

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until every view has reached a position; False if it took too long."""
        deadline = time.monotonic() + seconds
        while progress(self._pool).projected < position:
            if time.monotonic() > deadline:
                return False
            with self._advanced:
                self._advanced.wait(0.02)
        return True


def _head(connection: versions.Connection) -> int:
    row = connection.execute("select position from record_head").fetchone()
    assert row is not None
    return int(row[0])


def progress(pool: Pool) -> Progress:
    """How far the views of this jurisdiction are; an event not projected yet makes the lag its age.

    Views that are no longer declared stand still and do not count.
    """
    with pool.connection() as connection:
        row = connection.execute(
            "select h.position, p.position, case when p.position < h.position then "
            "greatest(0, extract(epoch from clock_timestamp() - record_time(p.position + 1))) "
            "else 0 end::float8 "
            "from record_head h cross join "
            "(select coalesce(min(position), 0) as position from projection_view "
            # A view that another release keeps here is that release's concern.
            "where name = any(%s)) p",
            [list(VIEWS)],
        ).fetchone()
    assert row is not None
    return Progress(*row)
