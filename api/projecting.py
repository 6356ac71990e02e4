"""Running the projector beside the service, or alone in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from api.jurisdiction import AWAY, Jurisdiction
from api.logs import failure
from projections.projector import Progress, Projector, progress
from projections.rebuild import rebuild

AGAIN_AFTER_S = 2.0

log = structlog.get_logger("yinzheng.projector")


class Projecting:
    """Keeps the figures current until stopped, whatever happens to the database meanwhile."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self._jurisdiction = jurisdiction
        self._projector = Projector(jurisdiction.pool)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Follow the record; returns after `stop`.

        A view whose declaration changed with this release is rebuilt first; readers keep the old one
        until then.
        """
        while not self._stopping.is_set():
            try:
                if changed := self._projector.prepare():
                    log.info("rebuilding changed views", views=changed)
                    rebuild(self._jurisdiction.conninfo, changed, workers=1)
                self._projector.run_forever()
            except AWAY:
                self._jurisdiction.suspect()
            except Exception as error:
                # A defect in one view must not end all figures for good, nor pass in silence.
                log.error("projection failed", **failure(error))
            self._stopping.wait(AGAIN_AFTER_S)

    def stop(self) -> None:
        """Make `run` return; safe from any thread."""
        self._stopping.set()
        self._projector.stop()


@contextmanager
def projecting(jurisdiction: Jurisdiction) -> Iterator[Projecting]:
    """The figures kept current by a thread of this process."""
    work = Projecting(jurisdiction)
    thread = threading.Thread(target=work.run, name="projector", daemon=True)
    thread.start()
    try:
        yield work
    finally:
        work.stop()
        thread.join()


def caught_up(jurisdiction: Jurisdiction) -> Progress:
    """Bring the figures to the head of the record here and now; for a command line without service."""
    projector = Projector(jurisdiction.pool)
    if changed := projector.prepare():
        rebuild(jurisdiction.conninfo, changed, workers=1)
    projector.catch_up()
    return progress(jurisdiction.pool)
