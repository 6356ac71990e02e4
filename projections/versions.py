"""Tables of facts: making them, making them readable, swapping one version for the next.

Readers use a SQL view and a function per kind of fact. Replacing the SQL view is what swaps a rebuilt
table in: tried against renaming tables under readers, it is the one that never failed a read.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from projections.facts import BASE_COLUMNS, View

Connection = psycopg.Connection[Any]


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
    """Let readers see `version` from the commit of this transaction on."""
    relation, table = sql.Identifier(view.relation), sql.Identifier(view.table(version))
    definition = sql.SQL("create or replace view {} as select * from {}").format(relation, table)
    try:
        with connection.transaction():
            connection.execute(definition)
    except psycopg.errors.InvalidTableDefinition:
        # The columns changed with the code: the old relation and its function cannot be replaced.
        connection.execute(sql.SQL("drop view {} cascade").format(relation))
        connection.execute(definition)
    connection.execute(
        sql.SQL(
            "create or replace function {}(known_at bigint, cutoff date) returns setof {} "
            "language sql stable parallel safe begin atomic "
            "select * from {} where position <= known_at "
            "and (superseded_at is null or superseded_at > known_at) "
            "and not revoked and occurred_on <= cutoff; end"
        ).format(sql.Identifier(f"{view.name}_at"), relation, relation)
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


def drop_old(connection: Connection, view: View, current: int) -> None:
    """Drop tables of former versions, once nobody can be reading them any more."""
    rows = connection.execute(
        "select tablename from pg_tables where schemaname = current_schema() "
        "and tablename ~ %s and tablename <> %s",
        [f"^fact_{view.name}_v[0-9]+$", view.table(current)],
    ).fetchall()
    for (name,) in rows:
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(name)))
