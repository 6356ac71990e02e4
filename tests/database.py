"""Databases for tests: one server per run, one database per worker, one fresh schema per test.

The server is an embedded one made for the run, or the one that YINZHENG_TEST_DATABASE_URL names (a
superuser's address, or that of a role which may create databases and roles). Everything made on it
bears the prefix of the run and is dropped at its end.
"""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from eventlog.embedded import EmbeddedPostgres
from eventlog.migrate import migrate, service_role

# Nothing of a test run has to survive the loss of power.
QUICK_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
_DATA_PREFIX = "yz-test-"


@dataclass(frozen=True)
class TestDatabase:
    """A jurisdiction's schema in a private database; it is the search path of both addresses."""

    __test__: ClassVar[bool] = False

    schema: str
    """Unique in the run; migrated unless asked otherwise."""
    owner_conninfo: str
    """A role that owns the schema and may create roles."""
    service_conninfo: str
    """A role that belongs to the schema's service role and may do nothing else."""

    def connect(self, *, service: bool = False) -> psycopg.Connection:
        """Connect as the owner, or as the service, in autocommit mode; the caller closes."""
        conninfo = self.service_conninfo if service else self.owner_conninfo
        return psycopg.connect(conninfo, autocommit=True)


@dataclass(frozen=True)
class TestServer:
    """A server with an owner and a service role for tests, told apart by the run's prefix."""

    __test__: ClassVar[bool] = False

    admin_conninfo: str
    run: str
    password: str

    @classmethod
    def on(cls, admin_conninfo: str) -> "TestServer":
        """Create the two roles of a new run on a server."""
        server = cls(admin_conninfo, f"yz_test_{secrets.token_hex(4)}", secrets.token_urlsafe(16))
        with psycopg.connect(admin_conninfo, autocommit=True) as connection:
            for role, options in ((server.owner, "login createrole"), (server.service, "login")):
                template: LiteralString = "create role {} " + options + " password {}"
                connection.execute(
                    sql.SQL(template).format(sql.Identifier(role), sql.Literal(server.password))
                )
            # Whoever is no superuser may give a database only to a role it belongs to.
            connection.execute(
                sql.SQL("grant {} to current_user").format(sql.Identifier(server.owner))
            )
        return server

    @property
    def owner(self) -> str:
        """The role that owns the run's databases and schemas."""
        return f"{self.run}_owner"

    @property
    def service(self) -> str:
        """The role that a test's service connects as."""
        return f"{self.run}_login"

    def create_database(self, name: str) -> "WorkerDatabase":
        """Create an empty database `<run>_<name>` and connect to it."""
        database = f"{self.run}_{name}"
        with psycopg.connect(self.admin_conninfo, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} owner {} template template0").format(
                    sql.Identifier(database), sql.Identifier(self.owner)
                )
            )
        return WorkerDatabase(self, database)

    def drop_everything(self) -> None:
        """Drop all databases and roles of the run, also those a killed worker left."""
        pattern = self.run.replace("_", r"\_") + r"\_%"
        with psycopg.connect(self.admin_conninfo, autocommit=True) as connection:
            for (database,) in connection.execute(
                "select datname from pg_database where datname like %s", [pattern]
            ).fetchall():
                connection.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(database))
                )
            for (role,) in connection.execute(
                # Those that the owner made first: it is their grantor.
                "select rolname from pg_roles where rolname like %s order by rolname = %s",
                [pattern, self.owner],
            ).fetchall():
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))

    def to_json(self) -> str:
        """Return what a worker of pytest-xdist needs to use the same server."""
        return json.dumps(asdict(self))


class WorkerDatabase:
    """The database of one pytest process; hands out fresh schemas."""

    def __init__(self, server: TestServer, name: str) -> None:
        self._server = server
        self._name = name
        self._numbers = count(1)
        self._owner = psycopg.connect(self._conninfo(server.owner), autocommit=True)
        self._owner.execute("set client_min_messages = warning; set lock_timeout = '5s'")

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[TestDatabase]:
        """Yield a new schema, dropped at the end with its service role."""
        database = self.create_schema(migrated=migrated)
        try:
            yield database
        finally:
            self._drop(database.schema)

    def create_schema(self, *, migrated: bool = True) -> TestDatabase:
        """Return a new schema, migrated or empty."""
        schema = f"{self._name}_{next(self._numbers)}"
        if migrated:
            migrate(self._conninfo(self._server.owner), schema)
            self._execute("grant {} to {}", service_role(schema), self._server.service)
        else:
            self._execute("create schema {}", schema)
        owner, service = self._server.owner, self._server.service
        return TestDatabase(schema, self._conninfo(owner, schema), self._conninfo(service, schema))

    def close(self) -> None:
        """Close the connection; the database goes with the run."""
        self._owner.close()

    def _drop(self, schema: str) -> None:
        try:
            self._execute("drop schema if exists {} cascade", schema)
        except psycopg.errors.LockNotAvailable:
            sessions = self._owner.execute(
                "select pid, state, query from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            ).fetchall()
            raise AssertionError(f"a transaction was left open on {schema}: {sessions}") from None
        self._execute("drop role if exists {}", service_role(schema))

    def _execute(self, statement: LiteralString, *names: str) -> None:
        self._owner.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _conninfo(self, role: str, schema: str | None = None) -> str:
        server = self._server
        options = {} if schema is None else {"options": f"-c search_path={schema}"}
        return make_conninfo(
            server.admin_conninfo,
            dbname=self._name,
            user=role,
            password=server.password,
            **options,
        )


class Databases:
    """What one pytest process has started, or was handed by the controlling process."""

    def __init__(self) -> None:
        self._server: TestServer | None = None
        self._worker: WorkerDatabase | None = None
        self._undo = ExitStack()

    def server(self) -> TestServer:
        """Return the run's server, started on the first call."""
        if self._server is None:
            address = os.environ.get("YINZHENG_TEST_DATABASE_URL") or self._start_embedded()
            self._server = TestServer.on(address)
            self._undo.callback(self._server.drop_everything)
        return self._server

    def use(self, handed: str) -> None:
        """Use the server of the controlling process, as `TestServer.to_json` tells it."""
        self._server = TestServer(**json.loads(handed))

    def worker(self) -> WorkerDatabase:
        """Return the database of this process, created on the first call."""
        if self._worker is None:
            name = os.environ.get("PYTEST_XDIST_WORKER", "main")
            self._worker = self.server().create_database(name)
            self._undo.callback(self._worker.close)
        return self._worker

    def stop(self) -> None:
        """Close what this process opened; drop and stop what it started."""
        self._undo.close()

    def _start_embedded(self) -> str:
        _remove_leftovers()
        data = Path(tempfile.mkdtemp(prefix=_DATA_PREFIX))
        self._undo.callback(shutil.rmtree, data)
        server = EmbeddedPostgres(data, QUICK_SETTINGS)
        server.ensure_running()
        self._undo.callback(server.release)
        return server.superuser_conninfo


databases = Databases()
"""Those of this process; conftest.py starts and stops them."""


@contextmanager
def fresh_database(*, migrated: bool = True) -> Iterator[TestDatabase]:
    """Yield a fresh schema, for tests that need several; others take the fixture `database`."""
    with databases.worker().fresh(migrated=migrated) as database:
        yield database


def database_on(server: EmbeddedPostgres) -> TestDatabase:
    """Return a migrated schema on a running server of the test's own, which it may kill."""
    worker = TestServer.on(server.superuser_conninfo).create_database("own")
    try:
        return worker.create_schema()
    finally:
        worker.close()


def _remove_leftovers() -> None:
    """Remove the data of runs that were killed; their servers stopped by themselves."""
    for data in Path(tempfile.gettempdir()).glob(f"{_DATA_PREFIX}*"):
        try:
            users = os.open(data / "users.lock", os.O_RDWR)
        except OSError:
            continue  # somebody else's, or one that is just being made
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(data)
        except OSError:
            continue
        finally:
            os.close(users)
