"""Plain one-row INSERT commits: what the disk and the server allow at the very most.

No condition, no tags, no hash, no position without gaps. Once from Python threads, so that the
client costs what it costs the others, and once from pgbench, where the client costs nothing.
"""

import re
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from bench.load import Sample, closed_loop, percentile
from bench.workload import fact, one_clients_facts, ready_for

_SCHEMA = """
drop schema if exists bench_one_row cascade;
create schema bench_one_row;
create table bench_one_row.log(position bigserial primary key, type text, entry text not null);
"""
_INSERT = "insert into bench_one_row.log(type, entry) values (%s, %s)"


class OneRowCommits:
    """One autocommitted INSERT per event, from threads over a pool of connections."""

    name = "one-row commits (threads)"

    def __init__(self, conninfo: str) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(_SCHEMA)
        self._conninfo = conninfo

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        with ConnectionPool(
            self._conninfo, min_size=clients, max_size=clients, kwargs={"autocommit": True}
        ) as pool:
            pool.wait()

            ready = ready_for(clients, warm_s + seconds)
            steps = [_Client(pool, ready).append for _ in range(clients)]
            return closed_loop(steps, warm_s, seconds)

    def close(self) -> None:
        """Nothing stays open between rounds."""


class _Client:
    def __init__(self, pool: ConnectionPool, ready: int) -> None:
        self._pool = pool
        self._facts = one_clients_facts(ready)

    def append(self) -> None:
        fact_ = next(self._facts)
        with self._pool.connection() as connection:
            connection.execute(_INSERT, (fact_.type, fact_.text), prepare=True)


class OneRowPgbench:
    """The same INSERT from pgbench, prepared, two worker threads in C."""

    name = "one-row commits (pgbench)"

    def __init__(self, conninfo: str, pgbench: Path) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(_SCHEMA)
        self._pgbench = pgbench
        self._to = conninfo_to_dict(conninfo)

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        """pgbench counts whole seconds, connecting included; two at least, and nothing is warmed."""
        fact_ = fact("0" * 32, 0)
        with tempfile.TemporaryDirectory() as scratch:
            script = Path(scratch) / "insert.sql"
            script.write_text(
                "insert into bench_one_row.log(type, entry) values (:type, :entry);\n"
            )
            whole = max(2, round(seconds))
            done = subprocess.run(
                [self._pgbench, "-n", "-M", "prepared", "-f", script, "-T", str(whole),
                 "-D", f"type={fact_.type}", "-D", f"entry={fact_.text}",
                 "-c", str(clients), "-j", "2", "-l", "--log-prefix", f"{scratch}/log"],
                env=self._environment(), capture_output=True, text=True, check=True,
            )  # fmt: skip
            took = [
                int(line.split()[2]) / 1000
                for log in Path(scratch).glob("log.*")
                for line in log.read_text().splitlines()
            ]
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        if found is None:
            raise RuntimeError(f"pgbench printed no rate: {done.stdout}")
        return Sample(float(found[1]), percentile(took, 0.5), percentile(took, 0.95))

    def close(self) -> None:
        """Nothing stays open between rounds."""

    def _environment(self) -> dict[str, str]:
        names = {
            "host": "PGHOST",
            "port": "PGPORT",
            "user": "PGUSER",
            "password": "PGPASSWORD",
            "dbname": "PGDATABASE",
        }
        return {
            variable: str(self._to[name]) for name, variable in names.items() if name in self._to
        }
