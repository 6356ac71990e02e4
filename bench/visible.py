"""How long after its commit an event is seen in a view."""

import time

from bench.contest import Contest
from bench.load import percentile
from bench.peers import stock_projection
from bench.peers.stock import Client, StockRecorder, datastore, recorder
from bench.report import Section

PAUSE_S = 0.02


def stock_lags(conninfo: str, events: int) -> list[float]:
    """Append one event at a time; return the milliseconds until the stock runner's view has it."""
    lags = []
    with datastore(conninfo, 1) as store, stock_projection.runner(conninfo) as running:
        client = Client(recorder(store))
        for _ in range(events):
            position = client.append_first_type()
            began = time.perf_counter()
            running.wait(position, timeout=10)
            lags.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE_S)
    return lags


def measure(contest: Contest) -> Section:
    """Run the stock runner, five rounds."""
    stock = StockRecorder(contest.conninfo)
    each = 20 if contest.quick else 100
    rounds = [stock_lags(stock.conninfo, each) for _ in range(contest.times)]
    p50 = sorted(percentile(lags, 0.5) for lags in rounds)[contest.times // 2]
    p95 = sorted(percentile(lags, 0.95) for lags in rounds)[contest.times // 2]
    return Section(
        name="visible",
        title="Append to visible in a view",
        how=f"One event at a time, {PAUSE_S * 1000:g} ms apart, from the append's answer until the"
        f" view's position has reached it; medians of {contest.times} rounds of {each} events.",
        tables=[
            (
                ["", "p50 ms", "p95 ms"],
                [["stock ProjectionRunner", f"{p50:.1f}", f"{p95:.1f}"]],
            )
        ],
    )
