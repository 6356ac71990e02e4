"""Our own recorder, with threads combined behind one leader as the service does it, and without."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from bench.load import Sample, closed_loop
from bench.workload import EVENTS_PER_PROJECT, Fact, fact, one_clients_facts, project_tag, ready_for
from eventlog.combiner import Combiner
from eventlog.migrate import migrate
from eventlog.outcomes import Append, Appended, Outcome
from eventlog.recorder import PostgresRecorder

SCHEMA = "bench_ours"

_FILL_LOG = """
insert into record_log(position, type, entry, leaf)
select %(head)s + n - %(start)s + 1, %(type)s, %(entry)s, sha256('\\x00'::bytea || convert_to(%(entry)s, 'UTF8'))
  from generate_series(%(start)s::int, %(stop)s::int - 1) n
"""
_FILL_TAG = """
insert into record_tag(tag, type, position)
select tag, %(type)s, %(head)s + n - %(start)s + 1
  from generate_series(%(start)s::int, %(stop)s::int - 1) n,
       lateral (select md5((n / %(per)s)::text) p) x,
       unnest(array['investor:'||right(p, 6), 'project:'||p, 'unit:hedong']) tag
"""
_FILL_COMMAND = """
insert into record_command(id, first, last, digest)
select gen_random_uuid(), %(head)s + n - %(start)s + 1, %(head)s + n - %(start)s + 1, sha256(n::text::bytea)
  from generate_series(%(start)s::int, %(stop)s::int - 1) n
"""


def create(conninfo: str, schema: str = SCHEMA) -> str:
    """Lay an empty record in a fresh schema; return the address that leads there."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"drop schema if exists {schema} cascade".encode())
    migrate(conninfo, schema)
    return address(conninfo, schema)


def address(conninfo: str, schema: str) -> str:
    """Return the superuser's address that leads to a record."""
    return make_conninfo(conninfo, options=f"-c search_path={schema}")


class Ours:
    """Conditional appends of identified commands: threads, a pool, and the combiner."""

    name = "ours, combined"
    combined = True
    schema = SCHEMA

    def __init__(self, conninfo: str) -> None:
        self.conninfo = create(conninfo, self.schema)

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        most = 4 if self.combined else clients
        with ConnectionPool[psycopg.Connection[Any]](
            self.conninfo, min_size=most, max_size=most, kwargs={"autocommit": True}
        ) as pool:
            pool.wait()
            recorder = PostgresRecorder(pool)
            submit = Combiner(recorder).submit if self.combined else _Alone(recorder).submit
            ready = ready_for(clients, warm_s + seconds)
            steps = [_Client(submit, ready).append for _ in range(clients)]
            return closed_loop(steps, warm_s, seconds)

    def fill(self, start: int, stop: int) -> None:
        """Store events ``start`` up to ``stop`` by SQL: only a superuser gets past the rules."""
        given = fact("0" * 32, 0)
        entry = '{"recorded_at":"2012-06-30T08:15:02.123456Z",' + given.text[1:]
        values: dict[str, object] = {
            "type": given.type,
            "entry": entry,
            "start": start,
            "stop": stop,
            "per": EVENTS_PER_PROJECT,
        }
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            row = connection.execute("select position from record_head").fetchone()
            values["head"] = row[0] if row else 0
            for statement in (_FILL_LOG, _FILL_TAG, _FILL_COMMAND):
                connection.execute(statement, values)
            for table in ("record_log", "record_tag", "record_command"):
                connection.execute(f"vacuum analyze {table}".encode())

    def close(self) -> None:
        """Nothing stays open between rounds."""


class OursUncombined(Ours):
    """The same, each thread on its own connection: one request, one call, one commit."""

    name = "ours, not combined"
    combined = False
    schema = "bench_ours_alone"


class _Alone:
    def __init__(self, recorder: PostgresRecorder) -> None:
        self._recorder = recorder

    def submit(self, request: Append) -> Outcome:
        return self._recorder.append_many([request])[0]


class _Client:
    """Knows its last position, so each append costs exactly one call."""

    def __init__(self, submit: Callable[[Append], Outcome], ready: int) -> None:
        self._submit = submit
        self._facts = one_clients_facts(ready)
        self._after = 0

    def append(self) -> None:
        """Append the next fact of this client's project; a refusal is an error here."""
        given = next(self._facts)
        if given.nth == 0:
            self._after = 0
        outcome = self._submit(request(given, self._after))
        if not isinstance(outcome, Appended):
            raise RuntimeError(f"refused: {outcome}")
        self._after = outcome.last


def request(given: Fact, after: int) -> Append:
    """Return an identified command's append on the condition all contenders check."""
    item = DCBQueryItem(types=[given.type, "SigningTerminated"], tags=[project_tag(given.project)])
    return Append(
        [DCBEvent(type=given.type, data=given.text.encode(), tags=given.tags)],
        DCBAppendCondition(DCBQuery([item]), after=after),
        command_id=uuid4(),
        digest="9f86d081884c7d659a2feaa0c55ad015" * 2,
    )
