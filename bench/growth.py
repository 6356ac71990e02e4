"""What a conditional append costs when much is stored already."""

from collections.abc import Sequence

from bench.contest import Contest, say
from bench.load import Sample, Store, middle
from bench.peers.emmett import Emmett
from bench.peers.ours import Ours
from bench.peers.stock import StockRecorder
from bench.report import Aim, Section, number

CLIENTS = 8
FLAT = 0.9
"""An aim of "flat" is met when the rate at the largest size is this share of the first."""


def sizes(contest: Contest) -> list[int]:
    """Return the numbers of stored events at which is measured, ascending."""
    if contest.quick:
        return [0, 20_000]
    return [0, 100_000, 1_000_000] + ([10_000_000] if contest.ten_million else [])


def measure(contest: Contest) -> Section:
    """Fill every store alike, measure at each size."""
    contenders: list[Store] = [
        Ours(contest.conninfo),
        StockRecorder(contest.conninfo),
        Emmett(contest.conninfo),
    ]
    found: dict[tuple[str, int], Sample] = {}
    stored = 0
    for size in sizes(contest):
        for contender in contenders:
            if size > stored:
                say(f"filling {contender.name} up to {size:,}")
                contender.fill(stored, size)
        stored = max(stored, size)
        contest.checkpoint()
        for name, samples in contest.rounds(contenders, CLIENTS).items():
            found[name, size] = middle(samples)
    at = sizes(contest)
    rows: list[Sequence[str]] = [
        [c.name, *(_cell(found[c.name, size]) for size in at)] for c in contenders
    ]
    aims = []
    for size in at[1:]:
        share = found[Ours.name, size].rate / found[Ours.name, 0].rate
        aims.append(
            Aim(f"flat at {size:,} stored events", f"{share:.2f} of the rate at 0", share / FLAT)
        )
    return Section(
        name="growth",
        title="Cost by number of stored events",
        how=f"{CLIENTS} clients, {contest.settings()}. The stores are filled by SQL with events of"
        " the same shape (emmett: whole streams), vacuumed and analysed, then a checkpoint."
        f" Flat means at least {FLAT:.0%} of the rate of an empty store.",
        tables=[(["events/s (p50 / p95 ms)", *(f"{size:,} stored" for size in at)], rows)],
        aims=aims,
    )


def _cell(sample: Sample) -> str:
    return f"{number(sample.rate)} ({sample.p50_ms:.2f} / {sample.p95_ms:.2f})"
