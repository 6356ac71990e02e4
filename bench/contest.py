"""One benchmark run: the server, how long and how often, and the interleaving of rounds."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.load import Contender, Sample


@dataclass(frozen=True, slots=True)
class Contest:
    """The common terms of all contenders of a run."""

    conninfo: str  # of a superuser: the peers lay their own schemas, fills go past the rules
    pgbench: Path
    quick: bool
    ten_million: bool = False

    @property
    def times(self) -> int:
        return 3 if self.quick else 5

    @property
    def warm_s(self) -> float:
        return 0.2 if self.quick else 0.7

    @property
    def seconds(self) -> float:
        return 0.4 if self.quick else 1.5

    def checkpoint(self) -> None:
        """Write out what fills have dirtied, so that no contender pays for another's."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute("checkpoint")

    def settings(self) -> str:
        return (
            f"medians of {self.times} rounds of {self.seconds:g} s"
            f" after {self.warm_s:g} s of warming up"
        )

    def rounds(self, contenders: Sequence[Contender], clients: int) -> dict[str, list[Sample]]:
        """Let every contender run once per round, so that a drifting machine hits all alike."""
        samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
        for nth in range(self.times):
            for contender in contenders:
                sample = contender.run(clients, self.warm_s, self.seconds)
                samples[contender.name].append(sample)
                say(f"{clients} clients, round {nth + 1}: {contender.name}: {sample.rate:,.0f}/s")
        return samples


def say(text: str) -> None:
    """Report progress on standard error, one plain line with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
