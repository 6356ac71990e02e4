"""Group commit: threads that append at the same time share one call behind one leader (DESIGN §4)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from eventlog.outcomes import Append, Outcome

MOST_REQUESTS = 64
"""Requests in one call; more would make the first of them wait for the last."""


class Appender(Protocol):
    """Whatever takes many requests in one call."""

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        """One outcome per request, in order."""


class _Slot:
    __slots__ = ("error", "leads", "outcome", "request", "woken")

    def __init__(self, request: Append) -> None:
        self.request = request
        self.woken = threading.Lock()
        self.woken.acquire()
        self.leads = False
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None


class Combiner:
    """Collects the requests that arrive while a call is under way and sends them as the next one.

    The first thread to arrive leads: it sends what is waiting, wakes the others with their outcomes
    and hands the lead to the first of those that came meanwhile. Nothing is delayed on purpose.
    """

    def __init__(self, appender: Appender, most: int = MOST_REQUESTS) -> None:
        self._appender = appender
        self._most = most
        self._mutex = threading.Lock()
        self._waiting: deque[_Slot] = deque()
        self._led = False

    def submit(self, request: Append) -> Outcome:
        """The outcome of `request`; raises what the call raised, for all who shared it."""
        slot = _Slot(request)
        with self._mutex:
            if self._led:
                self._waiting.append(slot)
            else:
                self._led = slot.leads = True
        if not slot.leads:
            slot.woken.acquire()
        if slot.leads:
            self._lead(slot)
        if slot.error is not None:
            raise slot.error
        assert slot.outcome is not None
        return slot.outcome

    def _lead(self, own: _Slot) -> None:
        batch = [own]
        with self._mutex:
            while self._waiting and len(batch) < self._most:
                batch.append(self._waiting.popleft())
        try:
            outcomes = self._appender.append_many([slot.request for slot in batch])
            for slot, outcome in zip(batch, outcomes, strict=True):
                slot.outcome = outcome
        except BaseException as error:
            for slot in batch:
                slot.error = error
        finally:
            with self._mutex:
                successor = self._waiting.popleft() if self._waiting else None
                self._led = successor is not None
            if successor is not None:
                successor.leads = True
                successor.woken.release()
            for slot in batch[1:]:
                slot.woken.release()
