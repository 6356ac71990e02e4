"""Rebuilding views from a full record, and the physical limits of merely reading it."""

import statistics
import time
from collections.abc import Callable

import psycopg

from bench.contest import Contest, say
from bench.load import in_child
from bench.peers import ours_views, stock_projection
from bench.peers.stock import StockRecorder
from bench.report import Aim, Section, number
from projections.facts import VIEWS

OURS = "ours, every view"
STOCK = "stock ProjectionRunner, one view"

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


def nothing(conninfo: str, events: int) -> float:
    """Only connect: a process with everything imported, whose memory is no reader's fault."""
    began = time.perf_counter()
    psycopg.connect(conninfo).close()
    return events / (time.perf_counter() - began)


def measure(contest: Contest) -> Section:
    """Run every reader several times, each in a process of its own, and note its peak memory."""
    many, few = (20_000, 500) if contest.quick else (200_000, 5_000)
    say(f"filling ours with {many:,} events, stock with {few:,}")
    there = ours_views.fill(contest.conninfo, many)
    stock = StockRecorder(contest.conninfo)
    stock.fill(0, few)
    contest.checkpoint()
    jobs: list[tuple[str, Job, str, int]] = [
        (OURS, ours_views.rebuild_all, there, many),
        (STOCK, stock_projection.rebuild, stock.conninfo, few),
        ("COPY out", copy_out, there, many),
        ("SELECT by cursor", select, there, many),
    ]
    _, idle = in_child(nothing, there, many)
    rates: dict[str, list[float]] = {name: [] for name, *_ in jobs}
    peaks: dict[str, int] = {}
    for _ in range(contest.times):
        stock_projection.forget(stock.conninfo)
        for name, job, conninfo, events in jobs:
            rate, peak = in_child(job, conninfo, events)
            rates[name].append(rate)
            peaks[name] = max(peak, peaks.get(name, 0))
            say(f"{name}: {rate:,.0f} events/s, {peak} MiB")
    medians = {name: statistics.median(found) for name, found in rates.items()}
    times = medians[OURS] / medians[STOCK]
    return Section(
        name="rebuild",
        title="Rebuild",
        how=f"Medians of {contest.times} runs, each in a fresh process (memory: its largest"
        f" process, of which {idle} MiB are imports). Ours rebuilds all {len(VIEWS)} views of"
        f" {many:,} events, indexes them, compares them with the live ones by content hash and"
        " swaps; the events are the demonstration's, copied until there are enough. The stock"
        f" runner keeps one table of amounts by project over {few:,} events; its rate does not"
        " depend on their number.",
        tables=[
            (
                ["", "events", "events/s", "peak memory, MiB"],
                [
                    [name, f"{events:,}", number(medians[name]), str(peaks[name])]
                    for name, _, _, events in jobs
                ],
            )
        ],
        aims=[
            Aim("≥ 100,000 events/s", f"{medians[OURS]:,.0f}", medians[OURS] / 100_000),
            Aim("≥ 50× the stock runner", f"{times:.0f}×", times / 50),
        ],
    )
