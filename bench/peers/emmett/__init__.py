"""emmett-postgresql, run by Node in a process of its own (``append.mjs``)."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.load import Sample
from bench.peers.database import fresh
from bench.workload import EVENTS_PER_PROJECT, fact

_HERE = Path(__file__).parent
_DATABASE = "bench_emmett"

_FILL_STREAMS = """
insert into emt_streams(stream_id, stream_position, partition, stream_type, stream_metadata)
select 'project-'||md5(n::text), %(per)s, 'emt:default', 'project', '{}'
  from generate_series(%(start)s::int / %(per)s, %(stop)s::int / %(per)s - 1) n
"""
_FILL_MESSAGES = """
insert into emt_messages(stream_id, stream_position, partition, message_data, message_metadata,
                         message_schema_version, message_type, message_id, transaction_id)
select 'project-'||md5((n / %(per)s)::text), n %% %(per)s + 1, 'emt:default', %(data)s::jsonb, '{}',
       '1', %(type)s, gen_random_uuid(), pg_current_xact_id()
  from generate_series(%(start)s::int, %(stop)s::int - 1) n
"""


class NodeMissing(RuntimeError):
    """emmett needs Node: install node and npm, then run ``npm install`` in bench/peers/emmett."""


class Emmett:
    """``appendToStream`` with ``expectedStreamVersion``, asynchronous clients over a pg pool."""

    name = "emmett-postgresql"

    def __init__(self, conninfo: str) -> None:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise NodeMissing(NodeMissing.__doc__)
        self._node = node
        if not (_HERE / "node_modules").is_dir():
            subprocess.run(
                [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"],
                cwd=_HERE, check=True,
            )  # fmt: skip
        self._conninfo = fresh(conninfo, _DATABASE)
        self.run(1, 0.0, 0.05)  # lays its schema, so that fill() finds the tables

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        done = subprocess.run(
            [self._node, _HERE / "append.mjs", _url(self._conninfo),
             str(clients), str(warm_s), str(seconds)],
            cwd=_HERE, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"append.mjs failed: {done.stderr}")
        found = json.loads(done.stdout)
        return Sample(found["rate"], found["p50_ms"] or 0.0, found["p95_ms"] or 0.0)

    def fill(self, start: int, stop: int) -> None:
        """Store events ``start`` up to ``stop`` by SQL, whole streams of twenty."""
        sample = fact("0" * 32, 0)
        span = {"start": start, "stop": stop, "per": EVENTS_PER_PROJECT}
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(_FILL_STREAMS, span)
            connection.execute(_FILL_MESSAGES, {"data": sample.text, "type": sample.type, **span})
            connection.execute("vacuum analyze emt_streams")
            connection.execute("vacuum analyze emt_messages")

    def close(self) -> None:
        """Nothing stays open between rounds."""


def _url(conninfo: str) -> str:
    """Return the address in the form Node's driver reads; the socket directory is a parameter."""
    to = {name: quote(str(value), safe="") for name, value in conninfo_to_dict(conninfo).items()}
    user = f"{to['user']}:{to['password']}" if "password" in to else to["user"]
    return f"postgresql://{user}@/{to['dbname']}?host={to['host']}&port={to.get('port', '5432')}"
