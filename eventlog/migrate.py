"""Numbered migrations: bring a jurisdiction's schema to the version this code expects.

Each file runs in one transaction together with the row that says it ran, so a crash between two
files leaves a schema that the next start completes.
"""

from __future__ import annotations

import hashlib
from importlib import resources

import psycopg
from psycopg import sql

from eventlog.subscription import channel

SCHEMA = "yinzheng"
"""The schema of a jurisdiction that chose no other."""
LONGEST_SCHEMA_BYTES = 54
"""PostgreSQL cuts names at 63 bytes: `<schema>_service` and `yinzheng_<schema>` must stay apart."""


class MigrationChanged(Exception):
    """A migration that already ran here differs from the file of the same number."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"迁移 {name} 已执行，但文件内容不同；请使用与数据库相符的版本 · "
            f"migration {name} ran with other contents; use the release that matches this database"
        )


class DatabaseIsNewer(Exception):
    """A later release has migrated this schema; this one does not know what it would find there."""

    def __init__(self, number: int, schema: str) -> None:
        super().__init__(
            f"{schema} 已由更新的版本升级（迁移 {number:04}）；请使用该版本或更新的版本 · "
            f"{schema} was migrated by a later release (migration {number:04}); use that one"
        )


def migrations() -> list[tuple[int, str, str]]:
    """Every migration as (number, name, SQL), in order."""
    folder = resources.files("eventlog") / "migrations"
    files = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [(int(name[:4]), name, (folder / name).read_text("utf-8")) for name in files]


def service_role(schema: str) -> str:
    """The group role that a running service belongs to."""
    return f"{schema}_service"


def migrate(conninfo: str, schema: str = SCHEMA) -> list[str]:
    """Run what has not run yet, as the owner; returns the names of the migrations it ran.

    Raises MigrationChanged or DatabaseIsNewer where code and schema do not belong together, and
    ValueError for a name too long for what is derived from it; nothing is changed then.
    """
    if len(schema.encode()) > LONGEST_SCHEMA_BYTES:
        raise ValueError(
            f"schema 名称过长（至多 {LONGEST_SCHEMA_BYTES} 字节）：{schema} · "
            f"the schema's name has more than {LONGEST_SCHEMA_BYTES} bytes: {schema}"
        )
    ran = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Two servers starting at once: the second waits here and then finds nothing to do.
        connection.execute(
            "select pg_advisory_lock(hashtextextended(%s, 0))", [f"migrate {schema}"]
        )
        _prepare(connection, schema)
        known = connection.execute(
            sql.SQL("select number, sha256 from {}.schema_migration").format(sql.Identifier(schema))
        )
        done: dict[int, str] = dict(known.fetchall())
        if beyond := done.keys() - {number for number, *_ in migrations()}:
            raise DatabaseIsNewer(max(beyond), schema)
        for number, name, text in migrations():
            digest = hashlib.sha256(text.encode()).hexdigest()
            if number in done:
                if done[number] != digest:
                    raise MigrationChanged(name)
                continue
            _run(connection, schema, number, name, text, digest)
            ran.append(name)
    return ran


def _prepare(connection: psycopg.Connection, schema: str) -> None:
    role = service_role(schema)
    if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL(
            "create table if not exists {}.schema_migration (number int primary key, "
            "name text not null, sha256 text not null, "
            "ran_at timestamptz not null default clock_timestamp())"
        ).format(sql.Identifier(schema))
    )


def _run(
    connection: psycopg.Connection, schema: str, number: int, name: str, text: str, digest: str
) -> None:
    meant = {
        ":schema": sql.Identifier(schema),
        ":service": sql.Identifier(service_role(schema)),
        ":'channel'": sql.Literal(channel(schema)),
    }
    for mark, name_or_text in meant.items():
        text = text.replace(mark, name_or_text.as_string(connection))
    with connection.transaction():
        # The service may create functions in the schema: what runs as the owner must not find them.
        connection.execute("set local search_path to pg_catalog, pg_temp")
        connection.execute(text.encode())
        connection.execute(
            sql.SQL(
                "insert into {}.schema_migration (number, name, sha256) values (%s, %s, %s)"
            ).format(sql.Identifier(schema)),
            [number, name, digest],
        )
