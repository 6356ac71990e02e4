"""The databases that tests get: fresh, apart from each other, and gone afterwards."""

import psycopg
import pytest

from tests.database import TestDatabase, fresh_database


def exists(database: TestDatabase, catalogue: str, column: str, name: str) -> bool:
    with psycopg.connect(database.owner_conninfo) as connection:
        query = f"select 1 from {catalogue} where {column} = %s".encode()
        return connection.execute(query, [name]).fetchone() is not None


def test_a_fresh_database_is_migrated_and_empty(database: TestDatabase) -> None:
    with database.connect(service=True) as connection:
        assert connection.execute("select position from record_head").fetchone() == (0,)


def test_the_service_is_not_the_owner(database: TestDatabase) -> None:
    with (
        database.connect(service=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("insert into record_log values (1, 't', '{}', '')")


def test_two_databases_share_nothing() -> None:
    with fresh_database() as one, fresh_database() as other:
        assert one.schema != other.schema
        with one.connect() as connection:
            connection.execute("create table mine (n int)")
        with other.connect() as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("select * from mine")


def test_nothing_is_left_of_it(database: TestDatabase) -> None:
    with fresh_database() as gone:
        assert exists(database, "pg_namespace", "nspname", gone.schema)
        assert exists(database, "pg_roles", "rolname", f"{gone.schema}_service")
        with gone.connect(service=True) as connection:
            connection.execute("create table facts_of_the_service (n int)")
    assert not exists(database, "pg_namespace", "nspname", gone.schema)
    assert not exists(database, "pg_roles", "rolname", f"{gone.schema}_service")


def test_it_starts_without_a_migration_where_one_is_tested() -> None:
    with (
        fresh_database(migrated=False) as empty,
        empty.connect() as connection,
        pytest.raises(psycopg.errors.UndefinedTable),
    ):
        connection.execute("select * from record_head")
