"""What the service and the owner may not do, and that the service cannot borrow the owner's rights.

The service may create objects in the record's schema, for its facts, and in its temporary schema. A
function that runs with the owner's rights must therefore find none of them by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from eventlog import migrate as migrating
from eventlog.batches import batch_json
from tests.audit import check_log
from tests.database import TestDatabase, fresh_database
from tests.eventlog.recorders import command, event, item, secret, unless

Connection = psycopg.Connection

RECORD = ("record_log", "record_tag", "record_command", "record_lock", "vault_value")
OWNED = (*RECORD, "access_token", "schema_migration")
UNSEEN = ("record_lock", "schema_migration")
"""Those that the service may not even read."""
REFUSED = (
    errors.InsufficientPrivilege,
    errors.DuplicateObject,  # create extension
    errors.InvalidForeignKey,  # a table without a unique first column
    errors.InvalidFunctionDefinition,
)


@pytest.fixture(scope="module")
def database() -> Iterator[TestDatabase]:
    """One for all tests of this file that leave it as it is."""
    with fresh_database() as database:
        yield database
        check_log(database.service_conninfo, with_meaning=False)


@pytest.fixture
def service(database: TestDatabase) -> Iterator[Connection]:
    with database.connect(service=True) as connection:
        yield connection


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


def full_batch() -> str:
    """A call that goes through every statement of the append function."""
    kept = secret("12345", bytes(32))
    tagged = item("A", tags=["x", "y"])
    return batch_json(
        [
            command([event("A", "x", "y")], unless(tagged), uuid4(), "aa", [(0, kept)]),
            command([event("B"), event("B", "x")], unless(item("B"), item(tags=["z"])), uuid4()),
            command([event("C")], unless(tagged), uuid4(), "bb"),
        ]
    )


def append(connection: Connection) -> list[int]:
    """Append, and return the verdicts."""
    row = connection.execute(
        "select verdict from record_append(%s::jsonb)", [full_batch()]
    ).fetchone()
    assert row is not None
    return list(row[0])


def attempt(connection: Connection, statement: str) -> None:
    """The statement is refused for want of a right; GRANT says so in a warning only."""
    told: list[str] = []
    connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except REFUSED:
        return
    assert told == [message for message in told if "no privileges were granted" in message] != []


def test_every_table_of_the_owner_is_known_here(owner: Connection) -> None:
    """A new table has to be added above, or given to the service on purpose."""
    found = owner.execute(
        "select tablename from pg_tables where schemaname = current_schema() "
        "and tableowner = current_user order by 1"
    ).fetchall()
    assert {name for (name,) in found} == {*OWNED, "lease", "projection_view"}


class TestTheService:
    def test_it_appends_and_reads(self, service: Connection) -> None:
        with service.transaction(force_rollback=True):
            assert append(service) == [0, 0, 1]
            for relation in (*RECORD[:3], "record_head", "vault_value", "access_token"):
                service.execute(f"select * from {relation}".encode())
            assert service.execute("select position from record_head").fetchone() == (3,)

    @pytest.mark.parametrize("table", OWNED)
    @pytest.mark.parametrize(
        "statement",
        [
            "insert into {} default values",
            "insert into {0} select * from {0}",
            "update {} set {column} = {column}",
            "delete from {}",
            "truncate {}",
            "copy {} from stdin",
            "select * from {} for update",
            "select * from {} for key share",
            "lock table {} in row exclusive mode",
            "merge into {0} t using {0} s on true when matched then delete",
            "alter table {} disable trigger all",
            "alter table {} disable trigger user",
            "alter table {} owner to current_user",
            "alter table {} add column more int",
            "alter table {} rename to {}_old",
            "alter table {} enable row level security",
            "alter table {} set (fillfactor = 50)",
            "drop table {}",
            "create trigger mine before insert on {} execute function record_refuse_change()",
            "create rule mine as on insert to {} do instead nothing",
            "create policy mine on {}",
            "create index on {} ({column})",
            "create statistics mine on {column}, ctid from {}",
            "create table child () inherits ({})",
            "create table referring (x {type} references {} ({column}))",
            "comment on table {} is 'mine'",
            "grant insert on {} to public",
            "cluster {} using {}_pkey",
        ],
    )
    def test_it_may_not_touch_a_table(
        self, service: Connection, owner: Connection, table: str, statement: str
    ) -> None:
        column, kind = self._first_column(owner, table)
        attempt(service, statement.format(table, table, column=column, type=kind))

    @staticmethod
    def _first_column(owner: Connection, table: str) -> tuple[str, str]:
        row = owner.execute(
            "select attname, format_type(atttypid, null) from pg_attribute "
            "where attrelid = %s::regclass and attnum = 1",
            [table],
        ).fetchone()
        assert row is not None
        return row

    @pytest.mark.parametrize(
        "statement",
        [
            (
                "create or replace function record_append(batch jsonb, out stamp text, "
                "out verdict int[], out first bigint[], out last bigint[]) "
                "language sql as $$ select '', '{}'::int[], '{}'::bigint[], '{}'::bigint[] $$"
            ),
            "drop function record_append(jsonb)",
            "alter function record_append(jsonb) security invoker",
            "alter function record_append(jsonb) set search_path = public",
            "alter function record_append(jsonb) rename to other",
            (
                "create or replace function record_refuse_change() returns trigger "
                "language plpgsql as $$ begin return new; end $$"
            ),
            "drop function record_refuse_change() cascade",
            "create or replace view record_head as select 0::bigint as position, now() as at",
            "drop view record_head",
            (
                "create or replace function record_has_tags(at_position bigint, at_type text, "
                "wanted text[]) returns boolean language sql as 'select false'"
            ),
            "drop schema {schema} cascade",
            "alter schema {schema} rename to other",
            "grant all on schema {schema} to public",
            "set role {owner}",
            "set session authorization {owner}",
            "set session_replication_role = replica",
            "alter role {owner} superuser",
            "grant {owner} to current_user",
            "create schema other",
            "create extension plpgsql",
        ],
    )
    def test_it_may_not_change_what_guards_them(
        self, service: Connection, owner: Connection, database: TestDatabase, statement: str
    ) -> None:
        row = owner.execute("select current_user").fetchone()
        assert row is not None
        text = statement.replace("{schema}", database.schema).replace("{owner}", row[0])
        attempt(service, text)
        with service.transaction(force_rollback=True):
            assert append(service) == [0, 0, 1]

    def test_nobody_else_may_call_what_writes(self, owner: Connection) -> None:
        for function in (
            "record_append(jsonb)",
            "access_issue_token(bytea, text)",
            "access_revoke_tokens(text)",
        ):
            assert owner.execute(
                "select has_function_privilege('public', %s, 'execute')", [function]
            ).fetchone() == (False,)

    def test_what_it_acknowledges_is_on_disk(self, service: Connection) -> None:
        service.execute("set synchronous_commit = off")
        with service.transaction(force_rollback=True):
            append(service)
            assert service.execute("show synchronous_commit").fetchone() == ("on",)
        assert service.execute("show synchronous_commit").fetchone() == ("off",)

    def test_a_stricter_setting_stays(self, service: Connection) -> None:
        service.execute("set synchronous_commit = remote_apply")
        with service.transaction(force_rollback=True):
            append(service)
            assert service.execute("show synchronous_commit").fetchone() == ("remote_apply",)


BETTER_MATCHES = """
cardinality(uuid[]) int | cardinality(integer[]) int | array_fill(integer, integer[]) integer[]
array_fill(bigint, integer[]) bigint[] | array_fill(boolean, integer[]) boolean[]
unnest(text[]) text | unnest(text) text | convert_to(text, text) bytea | decode(text, text) bytea
to_char(timestamp, text) text | substr(text, integer) text | substr(text, integer, integer) text
sha256(bytea) bytea | clock_timestamp() timestamptz | current_setting(text) text
set_config(text, text, boolean) text | pg_notify(text, text) void | timezone(text, timestamptz) timestamp
record_has_tags(bigint, text, varchar[]) boolean | record_append(json) void | now() timestamptz
format(text, text, name) text | count(bigint) bigint
"""
OPERATORS = """
= text text | = uuid uuid | = bytea bytea | = integer integer | > bigint bigint | < integer integer
< bigint integer | + bigint integer | - bigint | <> integer integer | || text text | || bytea bytea
<@ text[] text[] | = bigint bigint | > bigint integer | >= bigint bigint
"""


def plant(connection: Connection, schema: str) -> None:
    """Functions and operators that would fit better than the built-in ones, if they were found."""
    for one in " | ".join(BETTER_MATCHES.split("\n")[1:-1]).split(" | "):
        signature, result = one.rsplit(" ", 1)
        connection.execute(
            f"create function {schema}.{signature} returns {result} language plpgsql as "
            "$$ begin raise exception 'hijacked'; end $$".encode()
        )
    for n, one in enumerate(" | ".join(OPERATORS.split("\n")[1:-1]).split(" | ")):
        operator, *operands = one.split(" ")
        result = "boolean" if operator in ("=", ">", "<", "<>", ">=", "<@") else operands[0]
        connection.execute(
            f"create function {schema}.planted_{n}({', '.join(operands)}) returns {result} "
            "language plpgsql as $$ begin raise exception 'hijacked'; end $$".encode()
        )
        sides = ["leftarg", "rightarg"][-len(operands) :]
        said = ", ".join(f"{side} = {kind}" for side, kind in zip(sides, operands, strict=True))
        connection.execute(
            f"create operator {schema}.{operator} (function = {schema}.planted_{n}, {said})".encode()
        )


def plant_temporary(connection: Connection) -> None:
    """Temporary tables under the record's names, with triggers that would run as who writes."""
    connection.execute(
        "create function pg_temp.planted() returns trigger language plpgsql as "
        "$$ begin raise exception 'hijacked'; end $$"
    )
    for table in (*OWNED, "lease", "projection_view"):
        columns = "like " + table if table not in UNSEEN else "one boolean"
        connection.execute(f"create temporary table {table} ({columns})".encode())
        connection.execute(
            f"create trigger planted before insert or update on pg_temp.{table} "
            "execute function pg_temp.planted()".encode()
        )
        connection.execute(f"grant all on pg_temp.{table} to public".encode())
    connection.execute("create temporary view record_head as select -5::bigint position, now() at")
    connection.execute("grant all on pg_temp.record_head to public")


class TestHijacking:
    @pytest.fixture
    def database(self, bare_database: TestDatabase) -> TestDatabase:
        """One for each of these: what they plant stays."""
        return bare_database

    @pytest.fixture(params=["after the built-in ones", "before them", "in a temporary schema"])
    def hijacker(
        self, request: pytest.FixtureRequest, service: Connection, database: TestDatabase
    ) -> Connection:
        schema = database.schema
        if request.param == "in a temporary schema":
            plant_temporary(service)
            return service
        plant(service, schema)
        if request.param == "before them":
            service.execute(f"set search_path = {schema}, pg_catalog".encode())
        return service

    def test_the_append_function_uses_nothing_planted(
        self, hijacker: Connection, owner: Connection
    ) -> None:
        assert append(hijacker) == [0, 0, 1]
        assert owner.execute("select count(*) from record_log").fetchone() == (3,)
        assert owner.execute("select count(*) from vault_value").fetchone() == (1,)

    def test_nor_do_the_functions_for_tokens(self, hijacker: Connection, owner: Connection) -> None:
        hijacker.execute("select access_issue_token('\\x01'::bytea, 'anna')")
        hijacker.execute("select access_revoke_tokens('anna')")
        found = owner.execute("select account, revoked_at is null from access_token").fetchall()
        assert found == [("anna", False)]

    def test_nor_do_the_triggers_that_refuse(
        self, hijacker: Connection, owner: Connection, database: TestDatabase
    ) -> None:
        append(hijacker)
        owner.execute(f"set search_path = {database.schema}, pg_catalog".encode())
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            owner.execute("delete from record_log")

    def test_nor_does_a_migration(
        self, hijacker: Connection, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = "select cardinality(array[gen_random_uuid()]), 'a'::text || 'b'::text, now();"
        shipped = migrating.migrations()
        fresh = (9999, "9999_later.sql", later + " create table :schema.later (n int);")
        monkeypatch.setattr(migrating, "migrations", lambda: [*shipped, fresh])
        assert migrating.migrate(database.owner_conninfo, database.schema) == [fresh[1]]

    def test_a_planted_function_would_be_found_by_a_careless_one(
        self, hijacker: Connection, owner: Connection, database: TestDatabase
    ) -> None:
        """Or this file would prove nothing."""
        schema = database.schema
        owner.execute(
            f"create function {schema}.careless() returns bigint language plpgsql "
            f"security definer set search_path = {schema} as $$ begin "
            "insert into lease values (cardinality(array[gen_random_uuid()]), 'me', now()); "
            "return 1; end $$".encode()
        )
        with pytest.raises(errors.RaiseException, match="hijacked"):
            hijacker.execute(f"select {schema}.careless()".encode())


class TestTheOwner:
    @pytest.mark.parametrize("table", RECORD)
    @pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
    def test_it_is_refused(self, owner: Connection, table: str, verb: str) -> None:
        row = owner.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1", [table]
        ).fetchone()
        assert row is not None
        statement = {
            "update": f"update {table} set {row[0]} = {row[0]}",
            "delete": f"delete from {table}",
            "truncate": f"truncate {table} cascade",
        }[verb]
        with owner.transaction(force_rollback=True):
            append(owner)
            if (table, verb) == ("vault_value", "delete"):
                # A person is erased by deleting rows; the commitments stay.
                owner.execute(statement.encode())
                return
            with pytest.raises(errors.InsufficientPrivilege, match=f"{verb.upper()} on {table}"):
                owner.execute(statement.encode())

    @pytest.mark.parametrize(
        "statement",
        [
            "update record_log set entry = '' where false",
            (
                "insert into record_log select * from record_log limit 1 "
                "on conflict (position) do update set entry = 'x'"
            ),
            (
                "merge into record_log l using (values (1)) v(p) on l.position = v.p "
                "when matched then update set entry = 'x'"
            ),
            "with gone as (delete from record_tag returning *) select * from gone",
            "insert into record_lock values (true)",
        ],
    )
    def test_no_other_way_either(self, owner: Connection, statement: str) -> None:
        with owner.transaction(force_rollback=True):
            append(owner)
            with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
                owner.execute(statement.encode())
