"""The stock DCB recorder of ``eventsourcing`` with its own pool, one thread per client."""

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from bench.load import Sample, closed_loop
from bench.peers.database import fresh
from bench.workload import (
    EVENTS_PER_PROJECT,
    TYPES,
    Fact,
    fact,
    one_clients_facts,
    project_tag,
    ready_for,
)

DATABASE = "bench_stock"
EVENTS_TABLE = "bench_events"

_FILL_EVENTS = """
insert into bench_events_tt_main(type, data, tags)
select %(type)s, %(data)s, array['investor:'||right(p, 6), 'project:'||p, 'unit:hedong']
  from generate_series(%(start)s::int, %(stop)s::int - 1) n,
       lateral (select md5((n / %(per)s)::text) p) x
"""
_FILL_TAGS = """
insert into bench_events_tt_tag(tag, main_id)
select tag, id from bench_events_tt_main, unnest(tags) tag
 where id > (select coalesce(max(main_id), 0) from bench_events_tt_tag)
"""


def datastore(conninfo: str, pool_size: int) -> PostgresDatastore:
    """Return the library's datastore on our server; a Unix socket directory serves as host."""
    to = conninfo_to_dict(conninfo)
    return PostgresDatastore(
        dbname=str(to.get("dbname", "postgres")),
        host=str(to.get("host", "")),
        port=str(to.get("port", "5432")),
        user=str(to.get("user", "")),
        password=str(to.get("password", "")),
        pool_size=pool_size,
    )


def recorder(store: PostgresDatastore) -> PostgresDCBRecorderTT:
    """Return the stock recorder over a datastore."""
    return PostgresDCBRecorderTT(datastore=store, events_table_name=EVENTS_TABLE)


def create(conninfo: str) -> str:
    """Lay the stock recorder's tables in a fresh database; return its address."""
    there = fresh(conninfo, DATABASE)
    with datastore(there, 1) as store:
        recorder(store).create_table()
    return there


def dcb_event(given: Fact) -> DCBEvent:
    """Return a fact in the library's form, the same bytes that ours stores."""
    return DCBEvent(type=given.type, data=given.text.encode(), tags=given.tags)


def condition(given: Fact, after: int) -> DCBAppendCondition:
    """Refuse when the project has an event of two types after ``after``: a decision's boundary."""
    item = DCBQueryItem(types=[given.type, "SigningTerminated"], tags=[project_tag(given.project)])
    return DCBAppendCondition(DCBQuery([item]), after=after)


class StockRecorder:
    """Conditional appends through ``PostgresDCBRecorderTT``."""

    name = "stock DCB recorder"

    def __init__(self, conninfo: str) -> None:
        self.conninfo = create(conninfo)

    def run(self, clients: int, warm_s: float, seconds: float) -> Sample:
        with datastore(self.conninfo, clients) as store:
            stock = recorder(store)
            ready = ready_for(clients, warm_s + seconds)
            steps = [Client(stock, ready).append for _ in range(clients)]
            return closed_loop(steps, warm_s, seconds)

    def fill(self, start: int, stop: int) -> None:
        """Store events ``start`` up to ``stop`` by SQL, without checking the foreign key."""
        event = dcb_event(fact("0" * 32, 0))
        span = {"start": start, "stop": stop, "per": EVENTS_PER_PROJECT}
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(_FILL_EVENTS, {"type": event.type, "data": event.data, **span})
            connection.execute(_FILL_TAGS)
            connection.execute("vacuum analyze bench_events_tt_main")
            connection.execute("vacuum analyze bench_events_tt_tag")

    def close(self) -> None:
        """Nothing stays open between rounds."""


class Client:
    """Knows its last position, so each append costs exactly one call."""

    def __init__(self, stock: PostgresDCBRecorderTT, ready: int = 0) -> None:
        self._stock = stock
        self._facts = one_clients_facts(ready)
        self._after = 0

    def append(self) -> None:
        """Append the next fact of this client's project."""
        self._append(next(self._facts))

    def append_first_type(self) -> int:
        """Append the next fact of the one type the stock runner can follow; return its position."""
        self._append(next(given for given in self._facts if given.type == TYPES[0]))
        return self._after

    def _append(self, given: Fact) -> None:
        if given.nth == 0:
            self._after = 0
        self._after = self._stock.append([dcb_event(given)], condition(given, self._after))
