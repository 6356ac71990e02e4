"""A closed loop of clients, what it measured, and how several rounds are summed up."""

import gc
import multiprocessing
import resource
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one contender: rate in events per second, latencies in milliseconds."""

    rate: float
    p50_ms: float
    p95_ms: float


class Contender(Protocol):
    """Something that can be loaded by so many clients for so long."""

    @property
    def name(self) -> str:
        """How the results call it."""
        ...

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        """Append with ``clients`` at once; only the ``seconds`` after ``warm_s`` count."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class Store(Contender, Protocol):
    """A contender that can be filled beforehand."""

    def fill(self, start: int, stop: int) -> None:
        """Store events ``start`` up to ``stop``, multiples of twenty, by the shortest way."""
        ...


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of unsorted ``values``; not a number when empty."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def closed_loop(steps: Sequence[Callable[[], object]], warm_s: float, seconds: float) -> Sample:
    """Let one thread per step call it again and again; each call stands for one event.

    An error in any client ends the round and is raised here: a contender that loses requests must
    not look fast.
    """
    gate = threading.Barrier(len(steps) + 1)
    ends: list[list[tuple[float, float]]] = [[] for _ in steps]
    errors: list[BaseException] = []
    stop = threading.Event()

    def client(step: Callable[[], object], mine: list[tuple[float, float]]) -> None:
        gate.wait()
        try:
            while not stop.is_set():
                began = time.perf_counter()
                step()
                ended = time.perf_counter()
                mine.append((ended, ended - began))
        except BaseException as error:
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=client, args=pair) for pair in zip(steps, ends, strict=True)]
    for thread in threads:
        thread.start()
    gc.collect()
    gc.freeze()  # the prepared facts are many, and a collection in a round would walk them all
    gate.wait()
    start = time.perf_counter() + warm_s
    stop.wait(warm_s + seconds)
    stop.set()
    for thread in threads:
        thread.join()
    gc.unfreeze()
    if errors:
        raise errors[0]
    took = [
        duration * 1000
        for mine in ends
        for ended, duration in mine
        if start <= ended < start + seconds
    ]
    return Sample(len(took) / seconds, percentile(took, 0.5), percentile(took, 0.95))


def middle(samples: Sequence[Sample]) -> Sample:
    """Return the medians of a contender's rounds, each figure for itself."""
    return Sample(
        statistics.median(s.rate for s in samples),
        statistics.median(s.p50_ms for s in samples),
        statistics.median(s.p95_ms for s in samples),
    )


def in_child(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, int]:
    """Run a module-level function in a fresh process; return its answer and peak RSS in MiB.

    An executor and not a Pool: a Pool's processes may have no children, and a rebuild has some.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        answer = executor.submit(function, *args, **kwargs).result()
        peak_kib = executor.submit(_peak_rss_kib).result()
    return answer, peak_kib // 1024


def _peak_rss_kib() -> int:
    """Of the largest process: this one or any it waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usage.ru_maxrss for usage in usages)
