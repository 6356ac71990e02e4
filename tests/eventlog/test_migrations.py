"""Migrations: each runs once, in order, whole or not at all, and what they make is pinned."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from eventlog import migrate as migrating
from eventlog.migrate import (
    DatabaseIsNewer,
    MigrationChanged,
    migrate,
    migrations,
    service_role,
)
from tests.database import TestDatabase, fresh_database
from tests.eventlog.schema import described

PINNED = Path(__file__).with_name("schema.txt")

Shipped = list[tuple[int, str, str]]


@pytest.fixture
def empty() -> Iterator[TestDatabase]:
    with fresh_database(migrated=False) as database:
        yield database


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Shipped:
    """The migrations as `migrate` finds them; a test may change the list."""
    found = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: found)
    return found


def tables(database: TestDatabase) -> set[str]:
    with database.connect() as connection:
        rows = connection.execute(
            "select tablename from pg_tables where schemaname = current_schema()"
        ).fetchall()
    return {name for (name,) in rows}


def test_they_are_numbered_without_gaps() -> None:
    assert [number for number, *_ in migrations()] == list(range(1, len(migrations()) + 1))


def test_the_schema_is_the_pinned_one(bare_database: TestDatabase) -> None:
    """A released migration is never edited: a new one changes the pinned schema."""
    found = described(bare_database.owner_conninfo, bare_database.schema)
    pinned = PINNED.read_text("utf-8").splitlines()
    changed = [f"- {line}" for line in pinned if line not in found]
    changed += [f"+ {line}" for line in found if line not in pinned]
    assert changed == [], f"if this is meant, write these lines to {PINNED.name}"


def test_all_of_them_replayed_one_by_one_make_the_same(
    empty: TestDatabase, shipped: Shipped
) -> None:
    """As by a service that was updated release by release."""
    everything = shipped[:]
    del shipped[:]
    for one in everything:
        shipped.append(one)
        assert migrate(empty.owner_conninfo, empty.schema) == [one[1]]
    assert described(empty.owner_conninfo, empty.schema) == PINNED.read_text("utf-8").splitlines()


def test_a_second_run_does_nothing(bare_database: TestDatabase) -> None:
    before = described(bare_database.owner_conninfo, bare_database.schema)
    assert migrate(bare_database.owner_conninfo, bare_database.schema) == []
    assert described(bare_database.owner_conninfo, bare_database.schema) == before


def test_one_that_fails_leaves_those_before_it(empty: TestDatabase, shipped: Shipped) -> None:
    whole = shipped[2]
    shipped[2] = (whole[0], whole[1], "create table :schema.half (n int); select 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty.owner_conninfo, empty.schema)
    assert "record_log" in tables(empty)
    assert not {"half", "lease"} & tables(empty)
    shipped[2] = whole
    assert migrate(empty.owner_conninfo, empty.schema) == [name for _, name, _ in shipped[2:]]
    assert described(empty.owner_conninfo, empty.schema) == PINNED.read_text("utf-8").splitlines()


def test_a_changed_file_is_refused(bare_database: TestDatabase, shipped: Shipped) -> None:
    number, name, text = shipped[1]
    shipped[1] = (number, name, text + "\n-- a comment is a change")
    shipped.append((len(shipped) + 1, "later.sql", "create table :schema.later (n int)"))
    with pytest.raises(MigrationChanged, match=f"{name}.*文件内容不同.*other contents"):
        migrate(bare_database.owner_conninfo, bare_database.schema)
    assert "later" not in tables(bare_database)


def test_a_database_of_a_later_release_is_refused(
    bare_database: TestDatabase, shipped: Shipped
) -> None:
    later = (len(shipped) + 1, "later.sql", "create table :schema.later (n int)")
    shipped.append(later)
    migrate(bare_database.owner_conninfo, bare_database.schema)
    shipped.remove(later)
    with pytest.raises(DatabaseIsNewer, match=rf"更新的版本.*migration {later[0]:04}"):
        migrate(bare_database.owner_conninfo, bare_database.schema)


def test_a_name_too_long_is_refused(bare_database: TestDatabase) -> None:
    with pytest.raises(ValueError, match=r"过长.*more than 54 bytes"):
        migrate(bare_database.owner_conninfo, "s" * 55)


@pytest.mark.parametrize("schemas", [1, 2])
def test_several_at_once(empty: TestDatabase, schemas: int) -> None:
    """Four services start at the same time, on one jurisdiction or on two."""
    with fresh_database(migrated=False) as other, ThreadPoolExecutor(4) as threads:
        targets = [empty, other][:schemas] * (4 // schemas)
        runs = [threads.submit(migrate, target.owner_conninfo, target.schema) for target in targets]
        ran = [run.result() for run in runs]
        assert sorted(map(len, ran)) == [0] * (4 - schemas) + [len(migrations())] * schemas
        for target in {target.schema: target for target in targets}.values():
            assert len(described(target.owner_conninfo, target.schema)) > 50


def test_the_services_role_may_be_there_before(empty: TestDatabase) -> None:
    """Where an administrator made it, for an owner who may not create roles."""
    role = service_role(empty.schema)
    with empty.connect() as connection:
        connection.execute(f'create role "{role}" nologin'.encode())
    assert migrate(empty.owner_conninfo, empty.schema) == [name for _, name, _ in migrations()]
