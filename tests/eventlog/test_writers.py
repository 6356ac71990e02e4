"""Several writers and readers at once, each with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeVar

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from domain.funds import FundArrivalReported
from domain.leads import LeadRegistered
from domain.model.errors import DutiesNotSeparated, SubjectAlreadyExists
from eventlog.combiner import Combiner
from eventlog.entry import read
from eventlog.outcomes import Append, Appended
from eventlog.recorder import PostgresRecorder
from eventlog.subscription import PostgresSubscription
from tests.database import TestDatabase
from tests.domain.bodies import a_lead, a_project, a_slip, an_arrival, yuan
from tests.eventlog.recorders import event, item, postgres_recorder, query, unless
from tests.eventlog.records import Record, record_on
from tests.scenario import CLERK, JUDGE

ResultT = TypeVar("ResultT")
WRITERS = 8


def all_at_once(tasks: list[Callable[[], ResultT]]) -> list[ResultT | Exception]:
    """Run tasks in threads that start together; each one's result, or what it raised."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], ResultT]) -> ResultT | Exception:
        gate.wait()
        try:
            return task()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


@pytest.fixture
def recorders(bare_database: TestDatabase) -> Iterator[list[PostgresRecorder]]:
    """One for each writer, as if each were a service of its own."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(postgres_recorder(bare_database, most=1)) for _ in range(WRITERS)
        ]


class Tail(threading.Thread):
    """Follows the record and notes every position it sees."""

    def __init__(self, subscription: PostgresSubscription) -> None:
        super().__init__(daemon=True)
        self._subscription = subscription
        self.seen: list[int] = []

    def run(self) -> None:
        self.seen.extend(one.position for one in self._subscription)


class Poll(Tail):
    """Reads page by page from where it was, as a client of the feed does."""

    def __init__(self, recorder: PostgresRecorder, until: int) -> None:
        threading.Thread.__init__(self, daemon=True)
        self._recorder = recorder
        self._until = until
        self.seen = []

    def run(self) -> None:
        while len(self.seen) < self._until:
            after = self.seen[-1] if self.seen else 0
            found = self._recorder.read(after=after, limit=7)
            self.seen.extend(one.position for one in found)


@pytest.mark.parametrize("combined", [False, True], ids=["apart", "combined"])
def test_readers_under_eight_writers_miss_nothing_and_see_no_gap(
    bare_database: TestDatabase, recorders: list[PostgresRecorder], combined: bool
) -> None:
    each, expected = 40, WRITERS * 60
    combiner = Combiner(recorders[0])

    def write(recorder: PostgresRecorder) -> Callable[[], None]:
        def run() -> None:
            for n in range(each):
                events = [event("A", f"t{n % 7}", n=n)] * (1 + n % 2)
                if combined:
                    assert isinstance(combiner.submit(Append(events)), Appended)
                else:
                    recorder.append(events)

        return run

    with postgres_recorder(bare_database) as following, postgres_recorder(bare_database) as paging:
        subscription = following.subscribe()
        readers = [Tail(subscription), Poll(paging, expected)]
        for reader in readers:
            reader.start()
        assert all_at_once([write(recorder) for recorder in recorders]) == [None] * WRITERS
        deadline = time.monotonic() + 30
        while len(readers[0].seen) < expected and time.monotonic() < deadline:
            time.sleep(0.01)
        subscription.stop()
        for reader in readers:
            reader.join(30)
            assert reader.seen == list(range(1, expected + 1))


def test_of_conflicting_appends_one_wins(recorders: list[PostgresRecorder]) -> None:
    for n in range(12):
        condition = unless(item("A", tags=[f"seat:{n}"]))
        outcomes = all_at_once(
            [
                partial(recorder.append, [event("A", f"seat:{n}")], condition)
                for recorder in recorders
            ]
        )
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == WRITERS - 1
        assert len(list(recorders[0].read(query(item(tags=[f"seat:{n}"]))))) == 1
    assert [one.position for one in recorders[0].read()] == list(range(1, 13))


def test_a_writer_that_fails_half_way_leaves_no_gap(
    bare_database: TestDatabase, recorders: list[PostgresRecorder]
) -> None:
    recorders[0].append([event("A")])
    with psycopg.connect(bare_database.service_conninfo) as failing:
        failing.execute(
            "select record_append(%s::jsonb)",
            [
                '{"r_command":[null],"r_digest":[null],"e_req":[1],"e_type":["A"],"e_body":["{\\"n\\":0,\\"tags\\":[],\\"type\\":\\"A\\"}"]}'
            ],
        )
        waiting = threading.Thread(target=recorders[1].append, args=[[event("A")]])
        waiting.start()
        time.sleep(0.05)
        assert [one.position for one in recorders[2].read()] == [1], "not committed, not seen"
        failing.rollback()
    waiting.join(10)
    assert [one.position for one in recorders[2].read()] == [1, 2]


class TestFollowing:
    def test_a_rare_match_far_ahead_is_found(self, recorders: list[PostgresRecorder]) -> None:
        recorder = recorders[0]
        with recorder.subscribe(query(item("Rare"))) as subscription:
            for _ in range(3):
                recorder.append([event("A")] * 1200)
            following = iter(subscription)
            threading.Timer(0.2, recorders[1].append, [[event("Rare")]]).start()
            assert next(following).position == 3601

    def test_it_outlives_a_lost_connection(
        self, bare_database: TestDatabase, recorders: list[PostgresRecorder]
    ) -> None:
        with postgres_recorder(bare_database, most=1) as following:
            subscription = following.subscribe()
            tail = Tail(subscription)
            tail.start()
            for n in range(6):
                recorders[0].append([event("A", n=n)])
                self._cut(recorders[1], bare_database)
                time.sleep(0.05)
            recorders[2].append([event("A", n=6)])
            deadline = time.monotonic() + 30
            while len(tail.seen) < 7 and time.monotonic() < deadline:
                time.sleep(0.01)
            subscription.stop()
            tail.join(10)
            assert tail.seen == [1, 2, 3, 4, 5, 6, 7]

    @staticmethod
    def _cut(recorder: PostgresRecorder, database: TestDatabase) -> None:
        """End every connection to the schema that waits for a notification."""
        with recorder.pool.connection() as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and usename = current_user and query like %s",
                [f'listen "yinzheng_{database.schema}"%'],
            )

    def test_it_hears_of_an_append_at_once(self, recorders: list[PostgresRecorder]) -> None:
        """Without notifications each event would take a poll: a second."""
        with recorders[0].subscribe() as subscription:
            recorders[1].append([event("A")])
            assert next(subscription).position == 1
            began = time.monotonic()
            for n in range(2, 12):
                later = threading.Timer(0.02, recorders[1].append, [[event("A")]])
                later.start()
                assert next(subscription).position == n
                later.join()
            assert time.monotonic() - began < 8


@pytest.fixture
def offices(database: TestDatabase) -> Iterator[list[Record]]:
    """Two services on one record, each with a combiner."""
    with record_on(database) as one, record_on(database) as other:
        one.found_bureau()
        yield [one, other]


def test_eight_writers_race_for_one_first_lead(offices: list[Record]) -> None:
    """One is first; the seven others are recorded as its rivals, and told so."""
    answers = all_at_once(
        [partial(offices[n % 2].give, "register-lead", **a_lead(f"l{n}")) for n in range(WRITERS)]
    )
    leads: list[LeadRegistered] = []
    for stored in offices[0].recorder.read(after=2):
        said = read(stored.position, stored.event.data).event
        assert isinstance(said, LeadRegistered)
        leads.append(said)
    first, *rivals = leads
    assert first.rival_of is None
    assert [rival.rival_of for rival in rivals] == [first.lead_id] * (WRITERS - 1)
    assert {lead.lead_id for lead in leads} == {f"l{n}" for n in range(WRITERS)}
    warned = sorted(len(answer.warnings) for answer in answers)  # type: ignore[union-attr]
    assert warned == [0] + [1] * (WRITERS - 1)


def test_one_slip_proves_one_arrival(offices: list[Record]) -> None:
    """Two projects report the same evidence number: one is accepted, the other told who was first."""
    for project in ("pr1", "pr2"):
        offices[0].give("open-project", **a_project(project))
    for n in range(5):
        arrivals = [
            an_arrival(f"{project}-{n}", project_id=project, evidence=[a_slip(f"000{n}")])
            for project in ("pr1", "pr2")
        ]
        outcomes = all_at_once(
            [
                partial(office.give, "report-fund-arrival", **arrival)
                for office, arrival in zip(offices, arrivals, strict=True)
            ]
        )
        (refused,) = (o for o in outcomes if isinstance(o, Exception))
        (accepted,) = (o for o in outcomes if not isinstance(o, Exception))
        assert isinstance(refused, SubjectAlreadyExists)
        assert refused.position == accepted.position
        (stored,) = offices[0].recorder.read(after=accepted.position - 1, limit=1)
        assert isinstance(read(stored.position, stored.event.data).event, FundArrivalReported)


def test_a_certifier_who_reported_is_refused(offices: list[Record]) -> None:
    offices[0].give("open-project", **a_project("pr1"))
    reported = offices[0].give("report-fund-arrival", **an_arrival("a1"))
    verdict: dict[str, Any] = {
        "arrival_id": "a1",
        "amount_recognised": yuan("1000.00"),
        "authority": "县",
    }
    with pytest.raises(DutiesNotSeparated) as refused:
        offices[1].give("recognise-fund-arrival", by=CLERK, **verdict)
    assert refused.value.position == reported.position
    offices[1].give("recognise-fund-arrival", by=JUDGE, **verdict)
