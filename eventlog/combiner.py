"""Group commit: threads that append at the same time share one call behind one leader (DESIGN §4)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from eventlog.outcomes import Append, AppendRefused, Outcome, Unreachable

MOST_REQUESTS = 64
"""Requests in one call; more would make the first of them wait for the last."""
MOST_EVENTS = 2000
"""Events in one call, unless one request alone has more."""


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

    def __init__(
        self, appender: Appender, most: int = MOST_REQUESTS, most_events: int = MOST_EVENTS
    ) -> None:
        self._appender = appender
        self._most = most
        self._most_events = most_events
        self._mutex = threading.Lock()
        self._waiting: deque[_Slot] = deque()
        self._led = False

    def submit(self, request: Append) -> Outcome:
        """The outcome of `request`.

        Raises what its call raised: AppendRefused is about this request alone, anything else is
        told to all who shared the call.
        """
        slot = _Slot(request)
        try:
            with self._mutex:
                if self._led:
                    self._waiting.append(slot)
                else:
                    self._led = slot.leads = True
            if not slot.leads:
                slot.woken.acquire()
            if slot.leads:
                self._lead(slot)
        except BaseException:
            # Interrupted (Ctrl-C): nobody may wait for this thread, nor for a lead it was given.
            self._withdraw(slot)
            raise
        if slot.error is not None:
            raise slot.error
        assert slot.outcome is not None
        return slot.outcome

    def _lead(self, own: _Slot) -> None:
        batch = [own]
        try:
            with self._mutex:
                self._take_along(batch)
            self._send(batch)
        finally:
            for slot in batch[1:]:
                if slot.outcome is None and slot.error is None:
                    slot.error = Unreachable("the thread that made the call was interrupted")
            self._hand_over(own)
            for slot in batch[1:]:
                slot.woken.release()

    def _take_along(self, batch: list[_Slot]) -> None:
        events = len(batch[0].request.events)
        while self._waiting and len(batch) < self._most:
            events += len(self._waiting[0].request.events)
            if events > self._most_events:
                break
            batch.append(self._waiting.popleft())

    def _send(self, batch: list[_Slot]) -> None:
        try:
            outcomes = self._appender.append_many([slot.request for slot in batch])
            for slot, outcome in zip(batch, outcomes, strict=True):
                slot.outcome = outcome
        except AppendRefused as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            # Nothing was recorded: whoever is not at fault must not suffer with who is.
            for slot in batch:
                self._send([slot])
        except Exception as error:
            for slot in batch:
                slot.error = error

    def _hand_over(self, own: _Slot) -> None:
        with self._mutex:
            own.leads = False
            successor = self._waiting.popleft() if self._waiting else None
            self._led = successor is not None
            if successor is not None:
                successor.leads = True
        if successor is not None:
            successor.woken.release()

    def _withdraw(self, slot: _Slot) -> None:
        with self._mutex:
            waiting = slot in self._waiting
            if waiting:
                self._waiting.remove(slot)
        if slot.leads:
            self._hand_over(slot)
