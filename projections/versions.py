"""Tables of facts: making them, making them readable, swapping one version for the next.

Readers use a SQL view and a function per kind of fact. Replacing the SQL view is what swaps a rebuilt
table in: tried against renaming tables under readers, it is the one that never failed a read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from projections.facts import BASE_COLUMNS, View

Connection = psycopg.Connection[Any]

LOCK_WAIT_MS = 100
"""How long a swap may stand in the way of readers at a time."""
LOCK_PAUSE_SECONDS = 0.2
DROP_WAIT_SECONDS = 60.0

PUT_AGAIN = (psycopg.errors.InvalidFunctionDefinition,)
"""What a statement may meet that was being planned while a swap brought in new columns."""


def create_table(connection: Connection, view: View, version: int) -> None:
    """An empty table for one version; what a cancelled rebuild left under its name goes."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in {**BASE_COLUMNS, **view.columns}.items()
    )
    table = sql.Identifier(view.table(version))
    connection.execute(sql.SQL("drop table if exists {}").format(table))
    connection.execute(sql.SQL("create table {} ({})").format(table, columns))


def create_indexes(connection: Connection, view: View, version: int) -> None:
    """The key and what the view asks for; after the bulk load, which is quicker so.

    Indexes hold every version: a question has a moment of knowledge, and the planner could not use an
    index of the latest versions alone to answer it. Corrections are rare, so they are hardly larger.
    """
    table = view.table(version)
    connection.execute(
        sql.SQL("alter table {} add primary key (key, n, position)").format(sql.Identifier(table))
    )
    for columns in view.indexes:
        connection.execute(
            sql.SQL("create index on {} ({})").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
        )
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))


def publish(connection: Connection, view: View, version: int) -> None:
    """Let readers see `version` from the commit of this transaction on.

    Columns that readers know keep their place, new ones follow: then the relation is replaced under
    them. Where one was dropped or has another type it is made anew. Only where columns changed, as
    when a new release starts, may a statement that is being planned at that moment fail; put again
    it succeeds (`PUT_AGAIN`).
    """
    relation, table = sql.Identifier(view.relation), sql.Identifier(view.table(version))
    before, after = _columns(connection, view.relation), _columns(connection, view.table(version))
    if any(after.get(name) != kind for name, kind in before.items()):
        connection.execute(sql.SQL("drop view {} cascade").format(relation))
        before = {}
    names = sql.SQL(", ").join(map(sql.Identifier, {**before, **after}))
    connection.execute(
        sql.SQL("create or replace view {} as select {} from {}").format(relation, names, table)
    )
    connection.execute(
        sql.SQL(
            "create or replace function {}(known_at bigint, cutoff date) returns setof {} "
            "language sql stable parallel safe begin atomic "
            "select * from {} where position <= known_at "
            "and (superseded_at is null or superseded_at > known_at) "
            "and not revoked and occurred_on <= cutoff; end"
        ).format(sql.Identifier(f"{view.name}_at"), relation, relation)
    )


def _columns(connection: Connection, relation: str) -> dict[str, str]:
    """The columns of a table or view with their types, in order; empty if there is none."""
    return dict(
        connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident(%s)) "
            "and attnum > 0 and not attisdropped order by attnum",
            [relation],
        ).fetchall()
    )


def content_hash(connection: Connection, view: View, version: int, known_at: int) -> str:
    """A hash of all versions known at a position: equal for equal facts, in whatever order stored.

    What was known at a position never changes, so this needs no lock and takes no memory.
    """
    columns = [
        sql.SQL("case when superseded_at <= {} then superseded_at end").format(known_at)
        if name == "superseded_at"
        else sql.Identifier(name)
        for name in view.all_columns
    ]
    row = connection.execute(
        sql.SQL(
            "select count(*), coalesce(sum(hashtextextended(t::text, 1)::numeric), 0), "
            "coalesce(sum(hashtextextended(t::text, 2)::numeric), 0) "
            "from (select {} from {} where position <= {}) as t"
        ).format(sql.SQL(", ").join(columns), sql.Identifier(view.table(version)), known_at)
    ).fetchone()
    assert row is not None
    count, one, two = row
    return f"{count}:{int(one) % 2**64:016x}{int(two) % 2**64:016x}"


@contextmanager
def briefly(connection: Connection) -> Iterator[None]:
    """A transaction that gives up after a moment where it would have to wait for a slow reader.

    Everybody who comes later stands in line behind it meanwhile. Raises LockNotAvailable, and then
    nothing has changed.
    """
    with connection.transaction():
        connection.execute(
            sql.SQL("set local lock_timeout = {}").format(sql.Literal(f"{LOCK_WAIT_MS}ms"))
        )
        yield


def drop_old(connection: Connection, view: View, current: int) -> None:
    """Drop tables of former versions, once nobody is reading them any more.

    Where somebody reads for very long they stay, and the next rebuild drops them.
    """
    deadline = time.monotonic() + DROP_WAIT_SECONDS
    while True:
        try:
            with briefly(connection):
                return _drop_old(connection, view, current)
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                return None
            time.sleep(LOCK_PAUSE_SECONDS)


def _drop_old(connection: Connection, view: View, current: int) -> None:
    rows = connection.execute(
        "select tablename from pg_tables where schemaname = current_schema() "
        "and tablename ~ %s and tablename <> %s",
        [f"^fact_{view.name}_v[0-9]+$", view.table(current)],
    ).fetchall()
    for (name,) in rows:
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(name)))
