"""Conditional appends at 1, 8 and 32 clients, ours beside the peers."""

from collections.abc import Sequence

from bench.contest import Contest
from bench.load import Contender, Sample, middle
from bench.peers.emmett import Emmett
from bench.peers.one_row import OneRowCommits, OneRowPgbench
from bench.peers.ours import Ours, OursUncombined
from bench.peers.stock import StockRecorder
from bench.report import Aim, Section, number

CLIENTS = (1, 8, 32)


def measure(contest: Contest) -> Section:
    """Run all rounds and return the table with its aims."""
    contenders: list[Contender] = [
        Ours(contest.conninfo),
        OursUncombined(contest.conninfo),
        StockRecorder(contest.conninfo),
        Emmett(contest.conninfo),
        OneRowCommits(contest.conninfo),
        OneRowPgbench(contest.conninfo, contest.pgbench),
    ]
    found: dict[tuple[str, int], Sample] = {}
    for clients in CLIENTS:
        for name, samples in contest.rounds(contenders, clients).items():
            found[name, clients] = middle(samples)
    for contender in contenders:
        contender.close()
    names = [contender.name for contender in contenders]
    return Section(
        name="append",
        title="Conditional append",
        how=f"One event of about 600 bytes with three tags per append, each client its own"
        f" projects; {contest.settings()}. Threads in one Python process for all but emmett (one"
        f" Node process) and pgbench (C). One-row commits check nothing and hash nothing.",
        tables=[(_head(), [_row(name, found) for name in names])],
        aims=_aims(found),
    )


def _head() -> list[str]:
    shown = [f"{clients} clients" if clients > 1 else "1 client" for clients in CLIENTS]
    return ["events/s (p50 / p95 ms)", *shown]


def _row(name: str, found: dict[tuple[str, int], Sample]) -> Sequence[str]:
    cells = [found[name, clients] for clients in CLIENTS]
    return [name, *(f"{number(s.rate)} ({s.p50_ms:.2f} / {s.p95_ms:.2f})" for s in cells)]


def _aims(found: dict[tuple[str, int], Sample]) -> list[Aim]:
    peers = (
        (StockRecorder.name, 5.0, "≥ 5× the stock DCB recorder"),
        (Emmett.name, 2.0, "≥ 2× emmett"),
        (OneRowCommits.name, 1.0, "above one-row commits from threads"),
        (OneRowPgbench.name, 1.0, "above one-row commits from pgbench"),
    )
    aims = []
    for clients in CLIENTS[1:]:
        ours = found[Ours.name, clients].rate
        for name, factor, text in peers:
            times = ours / found[name, clients].rate
            aims.append(Aim(f"{text}, {clients} clients", f"{times:.2f}×", times / factor))
    return aims
