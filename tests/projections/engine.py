"""Watching the facts engine at work: projectors in threads, a reader that never stops asking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from projections import versions
from projections.facts import VIEWS
from projections.projector import Projector
from tests.projections.lives import LAST_DAY, Living, as_known, folded

PATIENCE_S = 60.0


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def running(*projectors: Projector) -> Iterator[list[threading.Thread]]:
    """Projectors that follow the record, each in a thread."""
    threads = [threading.Thread(target=one.run_forever, daemon=True) for one in projectors]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for one in projectors:
            one.stop()
        for thread in threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def check_current(life: Living) -> None:
    """What readers see now is what a plain fold of the record tells."""
    head = life.record.recorder.head()
    views = list(VIEWS.values())
    with life.pool.connection() as connection:
        expected = folded(life.events(), views, head, LAST_DAY, connection)
        for view in views:
            assert as_known(connection, view, head) == expected[view.name], view.name


def positions(life: Living) -> set[int]:
    """Where the views stand."""
    return {position for (position,) in life.query("select position from projection_view")}


class Reader(threading.Thread):
    """Asks again and again what was known at a position, which never changes."""

    def __init__(self, address: str, known_at: int) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._known_at = known_at
        self._views = [VIEWS[name] for name in ("lead", "lead_verdict", "unit", "project")]
        self._stopping = threading.Event()
        self.asked = self.put_again = 0
        self.wrong: list[object] = []
        self.slowest_s = 0.0

    def run(self) -> None:
        views = self._views
        with psycopg.connect(self._address, autocommit=True) as connection:
            answers = {view.name: as_known(connection, view, self._known_at) for view in views}
            while not self._stopping.is_set():
                for view in views:
                    began = time.monotonic()
                    try:
                        found = as_known(connection, view, self._known_at)
                        if found != answers[view.name]:
                            self.wrong.append((view.name, len(found)))
                    except versions.PUT_AGAIN:
                        self.put_again += 1
                    except psycopg.Error as error:
                        self.wrong.append(error)
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                    self.asked += 1

    def finish(self) -> None:
        self._stopping.set()
        self.join(PATIENCE_S)


def current_table(life: Living, view: str) -> str:
    ((version,),) = life.query("select version from projection_view where name = %s", view)
    return VIEWS[view].table(version)


def leftovers(life: Living) -> list[str]:
    """Tables of facts that no view stands on."""
    tables = life.query(
        "select tablename from pg_tables where schemaname = current_schema() "
        "and tablename like 'fact\\_%%\\_v%%' order by 1"
    )
    current = {current_table(life, name) for name in VIEWS}
    return [name for (name,) in tables if name not in current]
