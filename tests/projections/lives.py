"""Random histories with corrections and revocations of everything, and what a plain fold makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

import projections.views  # noqa: F401 - fills the registry
from domain.model.effective import effective
from domain.model.errors import Refusal
from domain.model.event import Recorded
from eventlog.entry import parse, read
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Registrar
from projections.facts import VIEWS, Entry, View
from projections.projector import Projector
from tests.database import TestDatabase
from tests.eventlog.recorders import pooled
from tests.eventlog.records import Record
from tests.simulation.life import Life, bureau

Rows = Counter[tuple[str, ...]]
LAST_DAY = date(9999, 12, 31)


class Living:
    """A record that grows as a seed says, with its projector."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]], seed: int) -> None:
        print("seed", seed)
        self.pool = pool
        self.random = Random(seed)
        self.record = Record(PostgresRecorder(pool))
        self.projector = Projector(pool)
        self.projector.prepare()
        self._life = Life(self.random, self.record.recorder.head, self._kind)
        for key, command, by in bureau(self.random):
            self.record.registrar.execute(command, by, key)

    @property
    def registrar(self) -> Registrar:
        """Takes the commands."""
        return self.record.registrar

    def _kind(self, position: int) -> str:
        found = list(self.record.recorder.read(after=position - 1, limit=1))
        return found[0].event.type if found else ""

    def grow(self, commands: int) -> int:
        """Give some commands; returns the last position."""
        for _ in range(commands):
            key, command, by = self._life.next()
            try:
                self.registrar.execute(command, by, key)
            except Refusal:
                continue
        return self.record.recorder.head()

    def events(self) -> list[tuple[Recorded, dict[str, Any]]]:
        """Everything recorded, with its entry as it is stored."""
        stored = list(self.record.recorder.read())
        return [(read(e.position, e.event.data), parse(e.event.data)) for e in stored]

    def query(self, statement: LiteralString | sql.Composed, *values: object) -> list[Any]:
        """Rows that the service sees."""
        with self.pool.connection() as connection:
            return connection.execute(statement, values).fetchall()


@contextmanager
def living(database: TestDatabase, seed: int, most: int = 6) -> Iterator[Living]:
    """A record on a database of the test's own."""
    with pooled(database, most) as pool:
        yield Living(pool, seed)


def as_known(
    connection: psycopg.Connection[Any], view: View, known_at: int, cutoff: date = LAST_DAY
) -> Rows:
    """What readers are told of a view as known at a position, up to a day."""
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) for name in ("key", "n", *view.columns)
    )
    found = connection.execute(
        sql.SQL("select {} from {}(%s, %s)").format(columns, sql.Identifier(f"{view.name}_at")),
        [known_at, cutoff],
    )
    return Counter(tuple(str(value) for value in row) for row in found)


def folded(
    events: Sequence[tuple[Recorded, dict[str, Any]]],
    views: Sequence[View],
    known_at: int,
    cutoff: date,
    connection: psycopg.Connection[Any],
) -> dict[str, Rows]:
    """The same by reading the record from its beginning, event by event."""
    said = {recorded.position: entry for recorded, entry in events}
    result: dict[str, Rows] = {view.name: Counter() for view in views}
    for one in effective([recorded for recorded, _ in events if recorded.position <= known_at]):
        if one.occurred_on > cutoff:
            continue
        kind = type(one.event).__name__
        data = one.event.model_dump(mode="json", by_alias=True)
        entry = Entry(one.position, kind, data, one.occurred_on.isoformat(), said[one.position])
        for view in views:
            if kind in view.handlers:
                result[view.name].update(_as_text(connection, view, entry))
    return result


def _as_text(
    connection: psycopg.Connection[Any], view: View, entry: Entry
) -> Iterator[tuple[str, ...]]:
    """A handler's facts as the database writes them."""
    own = tuple(view.columns)
    at = len(view.all_columns) - len(own)
    for row in view.rows(entry, entry.position):
        yield (
            str(row[0]),
            str(row[1]),
            *(
                _written(connection, kind, value)
                for kind, value in zip(view.columns.values(), row[at:], strict=True)
            ),
        )


def _written(connection: psycopg.Connection[Any], kind: str, value: Any) -> str:
    if value is None or (isinstance(value, str) and kind.startswith("text")):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    given = Jsonb(value) if isinstance(value, dict | list) and "json" in kind else value
    sql_type = sql.SQL(kind.removesuffix(" not null"))
    row = connection.execute(sql.SQL("select %s::{}::text").format(sql_type), [given]).fetchone()
    assert row is not None
    return str(row[0])


def contents(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Every version of every fact, as it is stored behind what readers use."""
    return {
        view.name: sorted(
            connection.execute(
                sql.SQL("select t::text from {} t").format(sql.Identifier(view.relation))
            ).fetchall()
        )
        for view in VIEWS.values()
    }
