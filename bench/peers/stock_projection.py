"""The stock ProjectionRunner over the stock DCB recorder: the view it keeps and how it is run.

The view is the plainest there is, amounts by project, one upsert and one tracking row per event in
one transaction, as the library's documentation builds materialised views.
"""

import json
import time
from typing import Any

import psycopg
from eventsourcing.dcb.api import DCBEvent
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.domain import Decision, Tagged
from eventsourcing.dcb.persistence import DCBMapper
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from bench.peers.stock import DATABASE
from bench.workload import TYPES


class FundDecided(Decision):
    """Any event of the workload as the library's domain object."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


class JsonMapper(DCBMapper[FundDecided]):
    """Reads the stored JSON; the type says the same for every event."""

    def to_dcb_event(self, event: Tagged[FundDecided]) -> DCBEvent:
        """Return the event as the recorder stores it."""
        return DCBEvent("FundDecided", json.dumps(event.decision.body).encode(), event.tags)

    def to_domain_event(self, event: DCBEvent) -> Tagged[FundDecided]:
        """Return the stored event as a domain object."""
        return Tagged(event.tags, FundDecided(json.loads(event.data)))


class Bench(DCBApplication):
    """The application whose recorder is the one of ``StockRecorder``."""

    name = "bench"


class AmountView(PostgresTrackingRecorder):
    """Amounts by project in one table, tracked by position."""

    def __init__(
        self, datastore: PostgresDatastore, *, tracking_table_name: str, **kwargs: Any
    ) -> None:
        super().__init__(datastore, tracking_table_name=tracking_table_name, **kwargs)
        table = Identifier(f"{tracking_table_name}_amount")
        self.sql_create_statements.append(
            SQL("create table if not exists {} (project text primary key, minor numeric)").format(
                table
            )
        )
        self._upsert = SQL(
            "insert into {0} values (%s, %s) "
            "on conflict (project) do update set minor = {0}.minor + excluded.minor"
        ).format(table)

    def add(self, project: str, minor: int, tracking: Tracking) -> None:
        """Add an amount and note the position, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._upsert, (project, minor), prepare=True)


class Amounts(Projection[AmountView]):
    """Feeds the view. It must name exactly one type: the recorder refuses to read any or several."""

    name = "amounts"
    topics = (TYPES[0],)

    def process_event(self, domain_event: Tagged[FundDecided], tracking: Tracking) -> None:
        """Add one event's amount."""
        data = domain_event.decision.body["data"]
        self.view.add(data["project_id"], data["amount"]["minor"], tracking)


def runner(conninfo: str) -> ProjectionRunner[Bench, AmountView]:
    """Return a started runner on the stock database at ``conninfo``."""
    to = conninfo_to_dict(conninfo)
    return ProjectionRunner(
        application_class=Bench,
        projection_class=Amounts,
        view_class=AmountView,
        env={
            "PERSISTENCE_MODULE": "eventsourcing.dcb.postgres_tt",
            "AMOUNTS_PERSISTENCE_MODULE": "eventsourcing.postgres",
            "MAPPER_TOPIC": get_topic(JsonMapper),
            "POSTGRES_DBNAME": DATABASE,
            "POSTGRES_HOST": str(to.get("host", "")),
            "POSTGRES_PORT": str(to.get("port", "5432")),
            "POSTGRES_USER": str(to.get("user", "")),
            "POSTGRES_PASSWORD": str(to.get("password", "")),
        },
    )


def rebuild(conninfo: str, events: int) -> float:
    """Project ``events`` stored events into an empty view; return how many per second."""
    began = time.perf_counter()
    with runner(conninfo) as running:
        running.wait(events, timeout=600)
    return events / (time.perf_counter() - began)


def forget(conninfo: str) -> None:
    """Drop the runner's view and its position, so that the next run starts from nothing."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("drop table if exists amounts_tracking, amounts_tracking_amount")
