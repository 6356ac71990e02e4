"""Following the record: NOTIFY is a hint, a poll every second is the promise (DESIGN §4)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
from eventsourcing.dcb.api import DCBQuery, DCBSequencedEvent, DCBSubscription

if TYPE_CHECKING:
    from eventlog.recorder import PostgresRecorder

POLL_SECONDS = 1.0
BATCH = 500


def channel(schema: str) -> str:
    """The notification channel of a jurisdiction's record."""
    return f"yinzheng_{schema}"


class PostgresSubscription(DCBSubscription["PostgresRecorder"]):
    """Blocks for the next matching event; a lost notification costs at most one poll."""

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
            found = list(self._recorder.read(self._query, after=self._last_position, limit=BATCH))
            self._batch = found[::-1]
            if not found:
                self._wait()
        event = self._batch.pop()
        self._last_position = event.position
        return event

    def _wait(self) -> None:
        try:
            with self._recorder.pool.connection() as connection:
                row = connection.execute("select current_schema()").fetchone()
                assert row is not None
                name = psycopg.sql.Identifier(channel(row[0]))
                connection.execute(psycopg.sql.SQL("listen {}").format(name))
                # An append between the read and the listen would go unheard; the poll finds it.
                for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                    break
                connection.execute(psycopg.sql.SQL("unlisten {}").format(name))
        except psycopg.OperationalError:
            self._stopping.wait(POLL_SECONDS)
