"""Named faults on both sides of the commit (MODELS, habit 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from eventlog.combiner import Appender
from eventlog.outcomes import Append, Outcome, Unreachable


class Fault(Enum):
    """Where a call breaks; its caller sees the same in both cases."""

    NOT_PERSISTED = "failed and not persisted"
    PERSISTED = "failed but persisted"


class FaultyAppender:
    """An appender whose calls break as a plan says: None lets one through."""

    def __init__(self, appender: Appender, plan: Callable[[], Fault | None]) -> None:
        self._appender = appender
        self._plan = plan
        self.happened: Counter[Fault] = Counter()

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        """The appender's answers, unless the call breaks before it or behind it."""
        fault = self._plan()
        if fault is not None:
            self.happened[fault] += 1
        if fault is Fault.NOT_PERSISTED:
            raise Unreachable(fault.value)
        outcomes = self._appender.append_many(requests)
        if fault is Fault.PERSISTED:
            raise Unreachable(fault.value)
        return outcomes


def planned(faults: Iterable[Fault | None]) -> Callable[[], Fault | None]:
    """A plan: these, one per call, and then no more."""
    following = iter(faults)
    return lambda: next(following, None)
