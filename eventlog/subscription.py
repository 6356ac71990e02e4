"""Following the record: NOTIFY is a hint, a poll every second is the promise (DESIGN §4)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
from eventsourcing.dcb.api import DCBQuery, DCBSequencedEvent, DCBSubscription

from eventlog.outcomes import Unreachable

if TYPE_CHECKING:
    from eventlog.recorder import PostgresRecorder

POLL_SECONDS = 1.0
BATCH = 500


def channel(schema: str) -> str:
    """The notification channel of a jurisdiction's record."""
    return f"yinzheng_{schema}"


class PostgresSubscription(DCBSubscription["PostgresRecorder"]):
    """Blocks for the next matching event; a lost notification costs at most one poll.

    While the database is away it waits; only `stop` ends it.
    """

    def __init__(
        self,
        recorder: PostgresRecorder,
        query: DCBQuery | None = None,
        after: int | None = None,
    ) -> None:
        super().__init__(recorder, query, after)
        self._batch: list[DCBSequencedEvent] = []
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Make the iteration end; safe from any thread."""
        super().stop()
        self._stopping.set()

    def __next__(self) -> DCBSequencedEvent:
        while not self._batch:
            if self._stopping.is_set():
                raise StopIteration
            try:
                self._batch = self._read()
                if not self._batch:
                    self._wait()
            except (Unreachable, psycopg.OperationalError, psycopg.InterfaceError):
                # The database is away or restarting: whoever follows the record waits for it.
                self._stopping.wait(POLL_SECONDS)
        event = self._batch.pop()
        self._last_position = event.position
        return event

    def _read(self) -> list[DCBSequencedEvent]:
        response = self._recorder.read(self._query, after=self._last_position, limit=BATCH)
        found = list(response)
        if not found:
            # Nothing matched up to here: the next look begins behind it, however rare a match is.
            self._last_position = max(self._last_position, response.record_head)
        return found[::-1]

    def _wait(self) -> None:
        with self._recorder.pool.connection() as connection:
            row = connection.execute("select current_schema()").fetchone()
            assert row is not None
            name = psycopg.sql.Identifier(channel(row[0]))
            connection.execute(psycopg.sql.SQL("listen {}").format(name))
            try:
                # What was appended between the read and the listen went unheard.
                row = connection.execute("select position from record_head").fetchone()
                if row is not None and row[0] == self._last_position:
                    for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                        break
            finally:
                if not connection.closed:
                    connection.execute(psycopg.sql.SQL("unlisten {}").format(name))
