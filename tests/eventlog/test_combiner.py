"""Threads that share one call: who gets what, in which order, and what becomes of the others."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import FrameType

import pytest

from eventlog.combiner import Combiner
from eventlog.outcomes import Append, Appended, AppendRefused, Outcome, Unreachable
from tests.eventlog.recorders import event

PATIENCE_S = 20.0


def request(n: int, events: int = 1) -> Append:
    return Append([event("A", n=n)] * events, digest=f"{n:04x}")


def number(one: Append) -> int:
    return int(one.digest or "", 16)


class Calls:
    """An appender whose calls wait until they are let through; answers with the request's number."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.open = threading.Semaphore(0)
        self.entered = threading.Semaphore(0)
        self.trouble: dict[int, BaseException] = {}

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        numbers = [number(one) for one in requests]
        self.made.append(numbers)
        self.entered.release()
        assert self.open.acquire(timeout=PATIENCE_S)
        for n in numbers:
            if n in self.trouble:
                raise self.trouble[n]
        return [Appended(n, n, "") for n in numbers]

    def let_through(self, calls: int = 1) -> None:
        self.open.release(calls)

    def wait_for_call(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE_S)


class Crowd:
    """Threads that submit one after another, in a known order."""

    def __init__(self, combiner: Combiner, pool: ThreadPoolExecutor) -> None:
        self._combiner = combiner
        self._pool = pool

    def submit(self, n: int, events: int = 1) -> Future[Outcome]:
        """Submit in a thread of its own; returns when it leads or waits in line."""
        waiting = len(self._combiner._waiting)
        free = not self._combiner._led
        future = self._pool.submit(self._combiner.submit, request(n, events))
        deadline = time.monotonic() + PATIENCE_S
        while not free and len(self._combiner._waiting) == waiting:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return future


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


def led(calls: Calls, pool: ThreadPoolExecutor, **limits: int) -> tuple[Crowd, Future[Outcome]]:
    """A crowd, and its number 0, whose call is under way."""
    crowd = Crowd(Combiner(calls, **limits), pool)
    first = crowd.submit(0)
    calls.wait_for_call()
    return crowd, first


def test_alone_it_waits_for_nobody(calls: Calls) -> None:
    calls.let_through()
    assert Combiner(calls).submit(request(7)) == Appended(7, 7, "")
    assert calls.made == [[7]]


def test_those_who_come_during_a_call_share_the_next(
    calls: Calls, pool: ThreadPoolExecutor
) -> None:
    crowd, first = led(calls, pool)
    others = [crowd.submit(n) for n in range(1, 6)]
    calls.let_through(2)
    assert first.result(PATIENCE_S) == Appended(0, 0, "")
    assert [o.result(PATIENCE_S) for o in others] == [Appended(n, n, "") for n in range(1, 6)]
    assert calls.made == [[0], [1, 2, 3, 4, 5]]


def test_first_come_first_served(calls: Calls, pool: ThreadPoolExecutor) -> None:
    crowd, first = led(calls, pool, most=3)
    others = [crowd.submit(n) for n in range(1, 9)]
    calls.let_through(4)
    for future in (first, *others):
        future.result(PATIENCE_S)
    assert calls.made == [[0], [1, 2, 3], [4, 5, 6], [7, 8]]


def test_whoever_comes_again_stands_at_the_end(calls: Calls, pool: ThreadPoolExecutor) -> None:
    crowd, first = led(calls, pool, most=2)
    others = [crowd.submit(n) for n in (1, 2, 3)]
    calls.let_through()
    first.result(PATIENCE_S)
    calls.wait_for_call()
    again = crowd.submit(4)
    calls.let_through(2)
    for future in (*others, again):
        future.result(PATIENCE_S)
    assert calls.made == [[0], [1, 2], [3, 4]]


def test_a_call_holds_so_many_events(calls: Calls, pool: ThreadPoolExecutor) -> None:
    crowd, first = led(calls, pool, most_events=10)
    others = [crowd.submit(n, events) for n, events in ((1, 6), (2, 4), (3, 1), (4, 99), (5, 1))]
    calls.let_through(5)
    for future in (first, *others):
        future.result(PATIENCE_S)
    assert calls.made == [[0], [1, 2], [3], [4], [5]]


class TestTrouble:
    def test_an_exception_reaches_all_who_shared_the_call(
        self, calls: Calls, pool: ThreadPoolExecutor
    ) -> None:
        crowd, first = led(calls, pool)
        others = [crowd.submit(n) for n in (1, 2, 3)]
        calls.trouble[2] = Unreachable("gone")
        calls.let_through(2)
        assert first.result(PATIENCE_S) == Appended(0, 0, "")
        for other in others:
            with pytest.raises(Unreachable, match="gone"):
                other.result(PATIENCE_S)
        calls.let_through()
        assert crowd.submit(4).result(PATIENCE_S) == Appended(4, 4, "")

    def test_a_refused_call_fails_only_whose_request_is_at_fault(
        self, calls: Calls, pool: ThreadPoolExecutor
    ) -> None:
        crowd, first = led(calls, pool)
        others = [crowd.submit(n) for n in (1, 2, 3)]
        calls.trouble[2] = AppendRefused("a tag too long")
        calls.let_through(5)
        assert first.result(PATIENCE_S) == Appended(0, 0, "")
        assert others[0].result(PATIENCE_S) == Appended(1, 1, "")
        assert others[2].result(PATIENCE_S) == Appended(3, 3, "")
        with pytest.raises(AppendRefused):
            others[1].result(PATIENCE_S)
        assert calls.made == [[0], [1, 2, 3], [1], [2], [3]]

    def test_answers_that_do_not_fit_are_an_error_for_all(
        self, calls: Calls, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crowd, first = led(calls, pool)
        other = crowd.submit(1)
        monkeypatch.setattr(calls, "append_many", lambda requests: [])
        calls.let_through()
        assert first.result(PATIENCE_S) == Appended(0, 0, "")
        with pytest.raises(ValueError, match="zip"):
            other.result(PATIENCE_S)

    def test_when_the_leader_dies_the_others_know_that_nothing_is_known(
        self, calls: Calls, pool: ThreadPoolExecutor
    ) -> None:
        crowd, first = led(calls, pool)
        others = [crowd.submit(n) for n in (1, 2, 3)]
        calls.trouble[1] = SystemExit()
        calls.let_through(2)
        first.result(PATIENCE_S)
        with pytest.raises(SystemExit):
            others[0].result(PATIENCE_S)
        for other in others[1:]:
            with pytest.raises(Unreachable, match="interrupted"):
                other.result(PATIENCE_S)
        calls.let_through()
        assert crowd.submit(4).result(PATIENCE_S) == Appended(4, 4, "")


class Interrupted(BaseException):
    """What Ctrl-C does to the main thread."""


@pytest.fixture
def interruption() -> Iterator[Callable[[], None]]:
    """Interrupts the main thread, wherever it waits."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, handler)
    main = threading.main_thread().ident
    assert main is not None
    yield lambda: signal.pthread_kill(main, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


class TestInterruption:
    def test_one_who_waits_in_line(
        self, calls: Calls, pool: ThreadPoolExecutor, interruption: Callable[[], None]
    ) -> None:
        combiner = Combiner(calls)
        crowd = Crowd(combiner, pool)
        first = crowd.submit(0)
        calls.wait_for_call()

        def interrupt() -> list[Future[Outcome]]:
            while not combiner._waiting:
                time.sleep(0.001)
            later = [crowd.submit(2)]
            interruption()
            return later

        interrupting = pool.submit(interrupt)
        with pytest.raises(Interrupted):
            combiner.submit(request(1))
        (later,) = interrupting.result(PATIENCE_S)
        calls.let_through(2)
        assert first.result(PATIENCE_S) == Appended(0, 0, "")
        assert later.result(PATIENCE_S) == Appended(2, 2, "")
        assert calls.made == [[0], [2]], "nothing was done for one who left before"

    def test_one_whose_call_is_under_way(
        self, calls: Calls, pool: ThreadPoolExecutor, interruption: Callable[[], None]
    ) -> None:
        crowd, first = led(calls, pool)
        combiner = crowd._combiner
        leading = crowd.submit(1)

        def interrupt() -> Future[Outcome]:
            while len(combiner._waiting) < 2:
                time.sleep(0.001)
            calls.let_through()
            calls.wait_for_call()
            interruption()
            return crowd.submit(3)

        interrupting = pool.submit(interrupt)
        with pytest.raises(Interrupted):
            combiner.submit(request(2))
        later = interrupting.result(PATIENCE_S)
        calls.let_through(2)
        for n, future in enumerate((first, leading)):
            assert future.result(PATIENCE_S) == Appended(n, n, "")
        assert later.result(PATIENCE_S) == Appended(3, 3, "")
        assert calls.made == [[0], [1, 2], [3]]

    def test_one_who_was_just_handed_the_lead(
        self, calls: Calls, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crowd, first = led(calls, pool)
        combiner = crowd._combiner
        others = [crowd.submit(n) for n in (1, 2)]
        lead = combiner._lead
        told: list[object] = []

        def interrupted_once(own: object) -> None:
            if not told:
                told.append(own)
                raise Interrupted
            lead(own)  # type: ignore[arg-type]

        monkeypatch.setattr(combiner, "_lead", interrupted_once)
        calls.let_through(2)
        assert first.result(PATIENCE_S) == Appended(0, 0, "")
        with pytest.raises(Interrupted):
            others[0].result(PATIENCE_S)
        assert others[1].result(PATIENCE_S) == Appended(2, 2, "")
        assert calls.made == [[0], [2]]


class Erratic:
    """Answers after random pauses, fails now and then, and notes how many calls overlap."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._busy = threading.Lock()
        self.sizes: list[int] = []

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        assert self._busy.acquire(blocking=False), "two calls at once"
        try:
            self.sizes.append(len(requests))
            if self._random.random() < 0.5:
                time.sleep(self._random.random() * 0.0005)
            if self._random.random() < 0.05:
                raise Unreachable("now and then")
            if self._random.random() < 0.05:
                raise AppendRefused("now and then")
            return [Appended(number(one), number(one), "") for one in requests]
        finally:
            self._busy.release()


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_waits_for_ever_and_everybody_gets_their_own(seed: int) -> None:
    appender = Erratic(seed)
    combiner = Combiner(appender, most=5)
    done: list[int] = []

    def client(name: int) -> None:
        rng = random.Random(seed * 1000 + name)
        for n in range(250):
            mine = name * 250 + n
            with suppress(Unreachable, AppendRefused):
                assert combiner.submit(request(mine)) == Appended(mine, mine, "")
            if rng.random() < 0.1:
                time.sleep(rng.random() * 0.0005)
        done.append(name)

    clients = [threading.Thread(target=client, args=[name], daemon=True) for name in range(16)]
    for one in clients:
        one.start()
    deadline = time.monotonic() + 60
    for one in clients:
        one.join(max(0.0, deadline - time.monotonic()))
    assert sorted(done) == list(range(16)), "a wake-up was lost"
    assert max(appender.sizes) > 1
    assert not combiner._waiting
    assert not combiner._led
