"""The record as it grows: pages of stored entries, and a hint when there are more.

Positions are gapless and in commit order (DESIGN §4), so a reader that asks for what follows its last
position misses nothing and sees nothing twice, however many write meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import psycopg
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from api.jurisdiction import AWAY, Jurisdiction
from eventlog.entry import leaf_hash
from eventlog.subscription import POLL_SECONDS, channel

PAGE = 500
"""Entries fetched at once; a stream holds no more in memory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader wants: of any of the types, carrying every one of the tags."""

    types: Sequence[str] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored entry: its position, its type, its leaf and its bytes."""

    position: int
    type: str
    leaf: bytes
    entry: str

    @property
    def line(self) -> str:
        """The line of CONTRACT.md: the entry byte for byte, as a JSON string."""
        content = {"position": self.position, "leaf": self.leaf.hex(), "entry": self.entry}
        return json.dumps(content, ensure_ascii=False)


def page(jurisdiction: Jurisdiction, wanted: Wanted, after: int, limit: int) -> list[Stored]:
    """The first wanted entries after a position; waits for a database that is away."""
    query = DCBQuery([DCBQueryItem(list(wanted.types), list(wanted.tags))])
    plain = not wanted.types and not wanted.tags
    response = jurisdiction.patiently(
        lambda: jurisdiction.recorder.read(None if plain else query, after=after, limit=limit)
    )
    return [
        Stored(e.position, e.event.type, leaf_hash(e.event.data), e.event.data.decode())
        for e in response
    ]


class Waiting:
    """One reader's wait for more; belongs to the event loop that made it."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._hinted = asyncio.Event()

    async def more(self, seconds: float) -> None:
        """Return at the next hint, or after a while; a hint that came since the last call counts."""
        # Not asyncio.wait_for: before Python 3.12 it can swallow the end of the stream.
        with anyio.move_on_after(seconds):
            await self._hinted.wait()
        self._hinted.clear()

    def hint(self) -> None:
        """Wake the reader; safe from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._hinted.set)
        except RuntimeError:
            # Its loop has ended, and the reader with it.
            self._feed.leave(self)


class Feed:
    """Tells waiting readers that the record grew; one connection listens for all of them."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self._jurisdiction = jurisdiction
        self._mutex = threading.Lock()
        self._waiting: set[Waiting] = set()
        self._listener: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def closed(self) -> bool:
        """Whether the service is stopping: streams end."""
        return self._closed.is_set()

    def join(self) -> Waiting:
        """A new reader; the first one starts the listener."""
        waiting = Waiting(self)
        with self._mutex:
            self._waiting.add(waiting)
            if self._listener is None and not self.closed:
                self._listener = threading.Thread(target=self._listen, name="feed", daemon=True)
                self._listener.start()
        return waiting

    def leave(self, waiting: Waiting) -> None:
        """A reader went away."""
        with self._mutex:
            self._waiting.discard(waiting)

    def close(self) -> None:
        """End every stream; the service is stopping."""
        self._closed.set()
        self._hint_all()

    def _hint_all(self) -> None:
        with self._mutex:
            readers = list(self._waiting)
        for waiting in readers:
            waiting.hint()

    def _listen(self) -> None:
        # A lost notification or connection costs readers one poll; hints are all this gives.
        name = psycopg.sql.Identifier(channel(self._jurisdiction.schema))
        while not self.closed:
            try:
                with psycopg.connect(self._jurisdiction.conninfo, autocommit=True) as listening:
                    listening.execute(psycopg.sql.SQL("listen {}").format(name))
                    while not self.closed:
                        for _ in listening.notifies(timeout=POLL_SECONDS, stop_after=1):
                            self._hint_all()
            except AWAY:
                self._jurisdiction.suspect()
                self._closed.wait(POLL_SECONDS)
