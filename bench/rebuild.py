"""Rebuilding views from a full record, and the physical limits of merely reading it."""

import statistics
import time
from collections.abc import Callable

import psycopg

from bench.contest import Contest, say
from bench.load import in_child
from bench.peers import stock_projection
from bench.peers.ours import Ours
from bench.peers.stock import StockRecorder
from bench.report import Section, number

_COPY = "copy (select position, type, entry from record_log order by position) to stdout"
_SELECT = "select position, type, entry from record_log order by position"

Job = Callable[[str, int], float]


def copy_out(conninfo: str, events: int) -> float:
    """Read the log by COPY; return events per second."""
    began = time.perf_counter()
    with (
        psycopg.connect(conninfo) as connection,
        connection.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        for _ in copy:
            pass
    return events / (time.perf_counter() - began)


def select(conninfo: str, events: int) -> float:
    """Read the log through a server-side cursor, 2,000 rows at a time; return events per second."""
    began = time.perf_counter()
    with psycopg.connect(conninfo) as connection, connection.cursor("whole", binary=True) as cursor:
        cursor.itersize = 2000
        for _ in cursor.execute(_SELECT):
            pass
    return events / (time.perf_counter() - began)


def measure(contest: Contest) -> Section:
    """Run every reader five times, each in a process of its own, and note its peak memory."""
    many, few = (20_000, 1_000) if contest.quick else (500_000, 10_000)
    ours, stock = Ours(contest.conninfo), StockRecorder(contest.conninfo)
    ours.fill(0, many)
    stock.fill(0, few)
    contest.checkpoint()
    jobs: list[tuple[str, Job, str, int]] = [
        ("stock ProjectionRunner, one view", stock_projection.rebuild, stock.conninfo, few),
        ("COPY out", copy_out, ours.conninfo, many),
        ("SELECT by cursor", select, ours.conninfo, many),
    ]
    rates: dict[str, list[float]] = {name: [] for name, *_ in jobs}
    peaks: dict[str, int] = {}
    for _ in range(contest.times):
        stock_projection.forget(stock.conninfo)
        for name, job, conninfo, events in jobs:
            rate, peak = in_child(job, conninfo, events)
            rates[name].append(rate)
            peaks[name] = max(peak, peaks.get(name, 0))
            say(f"{name}: {rate:,.0f} events/s, {peak} MiB")
    return Section(
        name="rebuild",
        title="Rebuild",
        how=f"Medians of {contest.times} runs over {many:,} stored events (stock runner: {few:,},"
        " its rate does not depend on the number), each run in a fresh process.",
        tables=[
            (
                ["", "events", "events/s", "peak memory, MiB"],
                [
                    [name, f"{events:,}", number(statistics.median(rates[name])), str(peaks[name])]
                    for name, _, _, events in jobs
                ],
            )
        ],
    )
