"""The composition root: one jurisdiction's record, opened, kept open, and closed again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import ConnectionPool

import domain.catalogue
import projections.views
from api.metrics import Metrics
from api.provision import Addresses, as_service, provision
from api.settings import Settings
from domain.model.command import Command
from domain.model.roles import Actor
from eventlog.combiner import Combiner
from eventlog.embedded import EmbeddedPostgres, EmbeddedPostgresError
from eventlog.recorder import PostgresRecorder, Unreachable
from eventlog.registrar import Answer, Registrar, Verdict
from eventlog.setup import enact_rulebook
from projections.projector import Projector, progress

assert domain.catalogue.COMMANDS, "the registries are filled by importing the catalogue"
assert projections.views.__all__, "and that of the views by importing their package"

AWAY = (
    Unreachable,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)
"""What a database that is restarting, full, unreachable or just demoted looks like from here."""

CONNECTION_TIMEOUT_S = 5.0
GUARD_PERIOD_S = 5.0

Pool = ConnectionPool[psycopg.Connection[Any]]
ResultT = TypeVar("ResultT")

log = structlog.get_logger("yinzheng")


class DatabaseAway(Exception):
    """The database did not come back in time; a command may or may not be recorded.

    The same command with the same id tells, once the database is back.
    """


class Jurisdiction:
    """Everything that serves one record; `execute` is the way in, `patiently` the way to read."""

    def __init__(
        self,
        pool: Pool,
        conninfo: str,
        schema: str,
        *,
        server: EmbeddedPostgres | None = None,
        patience_s: float = 20.0,
        migrated: Sequence[str] = (),
    ) -> None:
        self.pool = pool
        self.conninfo = conninfo
        self.schema = schema
        self.migrated = tuple(migrated)
        self.metrics = Metrics()
        self.recorder = PostgresRecorder(pool)
        self.registrar = Registrar(self.recorder, Combiner(self.metrics.measured(self.recorder)))
        self._patience_s = patience_s
        self._closing = threading.Event()
        self._suspected = threading.Event()
        self._guard: threading.Thread | None = None
        if server is not None:
            self._guard = threading.Thread(
                target=self._keep_running, args=[server], name="postgres-guard", daemon=True
            )
            self._guard.start()

    def execute(self, command: Command, by: str | Actor, command_id: UUID) -> Answer:
        """Record `command`, waiting for a database that is away; a Refusal, or DatabaseAway.

        An attempt whose acknowledgement was lost is recognised by its id on the next one.
        """
        return self.patiently(lambda: self.registrar.execute(command, by, command_id))

    def dry_run(self, command: Command, by: str | Actor, command_id: UUID) -> Verdict:
        """Decide `command` and record nothing."""
        return self.patiently(lambda: self.registrar.dry_run(command, by, command_id))

    def patiently(self, attempt: Callable[[], ResultT]) -> ResultT:
        """The result of `attempt`, tried again while the database is away; at last DatabaseAway.

        For what may be repeated: reads, and commands under one id.
        """
        deadline = time.monotonic() + self._patience_s
        pause = 0.05
        while True:
            try:
                return attempt()
            except AWAY as error:
                self.suspect()
                if self._closing.is_set() or time.monotonic() + pause > deadline:
                    raise DatabaseAway from error
                self._drop_dead_connections()
            self._closing.wait(pause)
            pause = min(pause * 2, 1.0)

    def _drop_dead_connections(self) -> None:
        # Only after a failure: asking each connection before each use would cost a command three
        # round trips, and what fails is tried again anyway.
        with suppress(*AWAY):
            self.pool.check()

    def suspect(self) -> None:
        """Say that the database did not answer, so that a private server is looked after at once."""
        self._suspected.set()

    def wait_projected(self, position: int, seconds: float) -> bool:
        """Wait until every view has reached a position; False if that took too long."""
        deadline = time.monotonic() + seconds
        while self.patiently(lambda: progress(self.pool)).projected < position:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def close(self) -> None:
        """Stop the guard and give the connections back."""
        self._closing.set()
        self._suspected.set()
        if self._guard is not None:
            self._guard.join()
        self.pool.close()

    def _keep_running(self, server: EmbeddedPostgres) -> None:
        # The private server has no administrator who would restart it after a crash.
        while not self._closing.is_set():
            self._suspected.wait(GUARD_PERIOD_S)
            self._suspected.clear()
            if self._closing.is_set() or server.is_running():
                continue
            log.warning("postgres is down, starting it again")
            try:
                server.ensure_running()
                self._drop_dead_connections()
                log.info("postgres is back")
            except (EmbeddedPostgresError, OSError, psycopg.Error) as error:
                log.error("postgres did not start", reason=type(error).__name__)
                self._closing.wait(1.0)


@contextmanager
def opened(settings: Settings, *, set_up: bool = True) -> Iterator[Jurisdiction]:
    """A jurisdiction ready for use, set up first where that is still to do.

    Without `set_up` a database of one's own is taken as it is. Raises psycopg.OperationalError,
    NotSetUp or EmbeddedPostgresError where the database cannot be had.
    """
    server = EmbeddedPostgres(settings.data) if settings.embedded else None
    try:
        if server is not None:
            server.ensure_running()
        if set_up or server is not None:
            addresses = provision(settings, server)
        else:
            assert settings.database_url is not None
            addresses = Addresses("", as_service(settings.database_url, settings.jurisdiction))
        with connected(settings, addresses, server) as jurisdiction:
            if set_up:
                jurisdiction.patiently(lambda: enact_rulebook(jurisdiction.registrar))
                # Reads find their tables, if empty, before any projector has come round.
                jurisdiction.patiently(lambda: Projector(jurisdiction.pool).prepare())
            yield jurisdiction
    finally:
        if server is not None:
            server.release()


@contextmanager
def connected(
    settings: Settings, addresses: Addresses, server: EmbeddedPostgres | None = None
) -> Iterator[Jurisdiction]:
    """A jurisdiction whose roles and schema are there already."""
    pool: Pool = ConnectionPool(
        addresses.service,
        min_size=min(settings.pool_min_size, settings.pool_max_size),
        max_size=settings.pool_max_size,
        kwargs={"autocommit": True},
        timeout=CONNECTION_TIMEOUT_S,
        reconnect_timeout=CONNECTION_TIMEOUT_S,
        name="yinzheng",
        open=False,
    )
    pool.open()
    jurisdiction = Jurisdiction(
        pool,
        addresses.service,
        settings.jurisdiction,
        server=server,
        patience_s=settings.patience_s,
        migrated=addresses.migrated,
    )
    try:
        yield jurisdiction
    finally:
        jurisdiction.close()
