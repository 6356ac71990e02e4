"""Set-up: who may do what afterwards, with an address of one's own, with two, and embedded."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from api.jurisdiction import Jurisdiction, opened
from api.projecting import caught_up
from api.provision import OWNER, SERVER, as_service
from api.settings import Settings, default_data
from domain.model.roles import SYSTEM
from domain.organisation import RegisterUnit
from eventlog.embedded import EmbeddedPostgres
from eventlog.migrate import service_role
from tests.database import TestDatabase, fresh_database

FORBIDDEN = (
    "insert into record_log values (999, 'X', '{}', '')",
    "update record_log set entry = entry",
    "delete from record_log",
    "truncate record_log",
    "delete from record_tag",
    "update vault_value set value = ''",
    "insert into access_token values ('', 'x')",
    "drop function record_append(jsonb)",
    "alter table record_log disable trigger all",
)
UNIT = RegisterUnit(unit_id="u1", name="河东乡", kind="乡镇", occurred_on=date(2012, 1, 5))


@pytest.fixture
def empty() -> Iterator[TestDatabase]:
    """A schema that nothing was done in yet."""
    with fresh_database(migrated=False) as database:
        yield database


def settings_for(database: TestDatabase, **said: object) -> Settings:
    """One's own database."""
    return Settings.model_validate({"YINZHENG_SCHEMA": database.schema, **said})


def works_and_may_no_more(jurisdiction: Jurisdiction) -> None:
    """It records and projects; its connections can do nothing else to the record."""
    assert jurisdiction.execute(UNIT, SYSTEM, uuid4()).position == jurisdiction.recorder.head()
    assert caught_up(jurisdiction).projected == jurisdiction.recorder.head()
    for statement in FORBIDDEN:
        with (
            jurisdiction.pool.connection() as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
    with jurisdiction.pool.connection() as connection:
        owners = connection.execute(
            "select distinct tableowner from pg_tables "
            "where schemaname = current_schema() and tablename like 'fact%'"
        ).fetchall()
    assert owners == [(service_role(jurisdiction.schema),)]


def test_one_address_sets_up_and_then_gives_up_its_rights(empty: TestDatabase) -> None:
    chosen = settings_for(empty, database_url=empty.owner_conninfo)
    with opened(chosen) as jurisdiction:
        assert jurisdiction.migrated
        works_and_may_no_more(jurisdiction)
        rules = jurisdiction.recorder.head()
    with opened(chosen) as jurisdiction:
        assert jurisdiction.migrated == ()
        assert jurisdiction.recorder.head() == rules


def test_two_addresses_keep_the_owner_out_of_the_service(empty: TestDatabase) -> None:
    chosen = settings_for(
        empty, database_url=empty.service_conninfo, owner_database_url=empty.owner_conninfo
    )
    with opened(chosen) as jurisdiction:
        works_and_may_no_more(jurisdiction)
        with jurisdiction.pool.connection() as connection:
            connection.execute("reset role")
            row = connection.execute("select session_user, current_user").fetchone()
            assert row is not None
            assert row[0] == conninfo_to_dict(empty.service_conninfo)["user"]
            assert row[1] == service_role(empty.schema)
            owner = sql.Identifier(str(conninfo_to_dict(empty.owner_conninfo)["user"]))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("set role {}").format(owner))


def test_the_options_of_an_address_are_kept() -> None:
    given = "host=db.example dbname=x options='-c work_mem=4MB' connect_timeout=60"
    made = conninfo_to_dict(as_service(given, "yz"))
    assert made["options"] == "-c work_mem=4MB -c search_path=yz -c role=yz_service"
    assert made["connect_timeout"] == "60"
    assert made["tcp_user_timeout"] == "15000"


def test_the_embedded_server_separates_owner_and_service(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    with opened(Settings(data=root)) as jurisdiction:
        works_and_may_no_more(jurisdiction)
        with psycopg.connect(own_server.superuser_conninfo) as connection:
            roles = connection.execute(
                "select rolname, rolsuper, rolcreaterole, rolcreatedb from pg_roles "
                "where rolname = any (%s) order by 1",
                [[OWNER, SERVER]],
            ).fetchall()
        assert roles == [(OWNER, False, False, False), (SERVER, False, False, False)]
    for role in (OWNER, SERVER):
        file = root / f"{role}-password"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_text()) >= 43


def test_data_lies_below_the_users_own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert default_data() == Path("/srv/data/yinzheng")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_data() == Path.home() / ".local" / "share" / "yinzheng"
    monkeypatch.delenv("YINZHENG_DATA", raising=False)
    assert Settings().data == default_data()


def test_settings_never_show_a_password() -> None:
    shown = repr(Settings(database_url="postgresql://a:secret-word@db.example/x"))
    assert "secret-word" not in shown
