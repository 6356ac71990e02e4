"""How long after its commit an event is seen in a view."""

import statistics
import time
from collections.abc import Sequence

from bench.contest import Contest, say
from bench.load import percentile
from bench.peers import ours_views, stock_projection
from bench.peers.stock import Client, StockRecorder, datastore, recorder
from bench.report import Aim, Section

PAUSE_S = 0.02
AIM_MS = 50.0


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
    """Run both by turns."""
    stock = StockRecorder(contest.conninfo)
    each = 20 if contest.quick else 100
    ours_rounds, stock_rounds = [], []
    with ours_views.demonstrated(contest.conninfo) as jurisdiction:
        for nth in range(contest.times):
            ours_rounds.append(ours_views.lags(jurisdiction, each, PAUSE_S))
            stock_rounds.append(stock_lags(stock.conninfo, each))
            say(f"round {nth + 1}: p95 {percentile(ours_rounds[-1], 0.95):.1f} ms")
    p50, p95 = _middle(ours_rounds, 0.5), _middle(ours_rounds, 0.95)
    return Section(
        name="visible",
        title="Append to visible in the views",
        how=f"One event at a time, {PAUSE_S * 1000:g} ms apart, from the append's answer until the"
        f" position of every view (stock: of its one view) has reached it; medians of"
        f" {contest.times} rounds of {each} events. Ours is asked for by the projector's own"
        " wait_for in the same process, stock by the runner's wait.",
        tables=[
            (
                ["", "p50 ms", "p95 ms"],
                [
                    ["ours, every view", f"{p50:.1f}", f"{p95:.1f}"],
                    [
                        "stock ProjectionRunner, one view",
                        f"{_middle(stock_rounds, 0.5):.1f}",
                        f"{_middle(stock_rounds, 0.95):.1f}",
                    ],
                ],
            )
        ],
        aims=[Aim(f"p95 ≤ {AIM_MS:g} ms", f"{p95:.1f} ms", AIM_MS / p95)],
    )


def _middle(rounds: Sequence[Sequence[float]], share: float) -> float:
    return statistics.median(percentile(lags, share) for lags in rounds)
