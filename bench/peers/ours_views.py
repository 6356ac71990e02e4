"""Our views on a record of real events: the demonstration, copied until there are enough."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg

from api.demonstration.load import PREPARATION, load, story
from api.demonstration.step import Step
from api.jurisdiction import Jurisdiction, opened
from api.settings import Settings
from bench.peers.ours import address
from domain.catalogue import COMMANDS
from eventlog.migrate import service_role
from projections.applying import AMENDMENTS
from projections.projector import Projector
from projections.rebuild import rebuild

SCHEMA = "bench_views"

# Facts depend on nothing but their event, so copies state facts as well as first hands do. What
# belongs to one event only, amendments, and what a bureau has once, its rules and accounts, is not
# copied.
_COPY = """
with project_life as (
    select row_number() over (order by position) as nth, count(*) over () as events,
           type, entry, leaf
      from record_log where not type = any(%(once)s)
)
insert into record_log(position, type, entry, leaf)
select %(head)s + row_number() over (order by copy, nth), type, entry, leaf
  from project_life
  join lateral generate_series(1, (%(until)s - %(head)s) / events + 1) as copy on true
 order by copy, nth
 limit %(until)s - %(head)s
"""


@contextmanager
def demonstrated(conninfo: str) -> Iterator[Jurisdiction]:
    """A fresh jurisdiction that holds the demonstration."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"drop schema if exists {SCHEMA} cascade".encode())
    settings = Settings(database_url=conninfo).model_copy(update={"jurisdiction": SCHEMA})
    with opened(settings) as jurisdiction:
        load(jurisdiction)
        yield jurisdiction


def fill(conninfo: str, until: int) -> str:
    """Lay a record of ``until`` events, project what is not copied; return the service's address."""
    with demonstrated(conninfo) as jurisdiction:
        Projector(jurisdiction.pool).catch_up()
        there = jurisdiction.conninfo
    once = [*(kind.__name__ for kind in PREPARATION), *AMENDMENTS]
    with psycopg.connect(address(conninfo, SCHEMA), autocommit=True) as connection:
        row = connection.execute("select position from record_head").fetchone()
        assert row is not None
        connection.execute(_COPY, {"once": once, "head": row[0], "until": until})
        connection.execute("vacuum analyze record_log")
    assert service_role(SCHEMA) in there
    return there


def rebuild_all(conninfo: str, events: int) -> float:
    """Rebuild every view and compare with the live facts; return events per second."""
    began = time.perf_counter()
    rebuilt = rebuild(conninfo)
    took = time.perf_counter() - began
    unequal = [one.view for one in rebuilt if not one.equal]
    if unequal:
        raise RuntimeError(f"rebuilt facts differ from the live ones in {', '.join(unequal)}")
    return events / took


def lags(jurisdiction: Jurisdiction, events: int, pause_s: float) -> list[float]:
    """Record one visit at a time; return the milliseconds until every view has passed it."""
    projector = Projector(jurisdiction.pool)
    projector.catch_up()
    thread = threading.Thread(target=projector.run_forever)
    thread.start()
    step = next(step for step in story() if step.command == "visit-enterprise")
    found = []
    try:
        for _ in range(events):
            position = _again(jurisdiction, step)
            began = time.perf_counter()
            if not projector.wait_for(position, 10):
                raise RuntimeError(f"event {position} was not projected in ten seconds")
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(pause_s)
    finally:
        projector.stop()
        thread.join()
    return found


def _again(jurisdiction: Jurisdiction, step: Step) -> int:
    command = COMMANDS[step.command].model_validate(dict(step.body))
    assert step.by is not None
    return jurisdiction.execute(command, step.by, uuid4()).position
