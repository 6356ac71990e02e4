"""What the recorder says when the database is away, in the way, or set up strangely; and its clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from eventlog.entry import canonical, leaf_hash, parse
from eventlog.outcomes import Append, Appended, AppendRefused, Unreachable
from eventlog.recorder import TRIES, PostgresRecorder
from tests.database import TestDatabase
from tests.eventlog.recorders import event, postgres_recorder, query


@contextmanager
def recorder_at(address: str) -> Iterator[PostgresRecorder]:
    with ConnectionPool[psycopg.Connection[Any]](
        address, min_size=0, max_size=2, timeout=1, kwargs={"autocommit": True}
    ) as pool:
        yield PostgresRecorder(pool)


def with_option(database: TestDatabase, option: str) -> str:
    """The service's address with one more connection option."""
    given = conninfo_to_dict(database.service_conninfo)["options"]
    return make_conninfo(database.service_conninfo, options=f"{given} -c {option}")


@pytest.fixture
def recorder(bare_database: TestDatabase) -> Iterator[PostgresRecorder]:
    with postgres_recorder(bare_database) as recorder:
        yield recorder


QUESTIONS: dict[str, Callable[[PostgresRecorder], object]] = {
    "append": lambda recorder: recorder.append([event("A")]),
    "append_many": lambda recorder: recorder.append_many([Append([event("A")])]),
    "read": lambda recorder: recorder.read(),
    "read by tag": lambda recorder: recorder.read(query()),
    "known": lambda recorder: recorder.known(uuid4(), None),
    "salts": lambda recorder: recorder.salts(1, 2),
    "entries": lambda recorder: recorder.entries(1, 2),
    "head": lambda recorder: recorder.head(),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_database_that_does_not_answer_is_unreachable(
    bare_database: TestDatabase, question: str
) -> None:
    nowhere = make_conninfo(bare_database.service_conninfo, port="1")
    with recorder_at(nowhere) as recorder, pytest.raises(Unreachable):
        QUESTIONS[question](recorder)


def test_a_server_that_may_not_write_is_unreachable(bare_database: TestDatabase) -> None:
    """So is a former primary after a failover; the next try finds another."""
    address = with_option(bare_database, "default_transaction_read_only=on")
    with recorder_at(address) as recorder:
        with pytest.raises(Unreachable, match="read-only"):
            recorder.append([event("A")])
        assert recorder.head() == 0


def test_a_connection_cut_during_the_call_leaves_the_outcome_unknown(
    bare_database: TestDatabase, recorder: PostgresRecorder
) -> None:
    with bare_database.connect() as owner, recorder_at(bare_database.service_conninfo) as cut:
        command = Append([event("A")], None, None)
        with owner.transaction(force_rollback=True):
            owner.execute("select from record_lock for update")
            killer = threading.Timer(0.3, end_waiting, [recorder])
            killer.start()
            with pytest.raises(Unreachable):
                cut.append_many([command])
            killer.join()
        (outcome,) = cut.append_many([command])
        assert isinstance(outcome, Appended)
    assert recorder.head() == 1


def end_waiting(recorder: PostgresRecorder) -> None:
    with recorder.pool.connection() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where query like 'select stamp%%' and wait_event_type = 'Lock' "
            "and usename = current_user and datname = current_database()"
        )


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_another_isolation_level_is_refused(bare_database: TestDatabase, level: str) -> None:
    address = with_option(
        bare_database, "default_transaction_isolation=" + level.replace(" ", r"\ ")
    )
    with recorder_at(address) as recorder:
        with pytest.raises(AppendRefused, match="READ COMMITTED"):
            recorder.append([event("A")])
        assert recorder.head() == 0


class TestAgain:
    @pytest.mark.parametrize(
        "error", [errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected]
    )
    def test_what_was_in_the_way_for_a_moment_is_tried_again(
        self,
        recorder: PostgresRecorder,
        monkeypatch: pytest.MonkeyPatch,
        error: type[psycopg.Error],
    ) -> None:
        append = recorder._append
        left = [error() for _ in range(TRIES - 1)]

        def sometimes(batch: str) -> Any:
            if left:
                raise left.pop()
            return append(batch)

        monkeypatch.setattr(recorder, "_append", sometimes)
        assert recorder.append([event("A")]) == 1

    def test_but_not_for_ever(
        self, recorder: PostgresRecorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[str] = []

        def never(batch: str) -> Any:
            tries.append(batch)
            raise errors.UniqueViolation

        monkeypatch.setattr(recorder, "_append", never)
        with pytest.raises(AppendRefused):
            recorder.append([event("A")])
        assert len(tries) == TRIES


class TestTheClock:
    def stamps(self, recorder: PostgresRecorder) -> list[str]:
        return [parse(one.event.data)["recorded_at"] for one in recorder.read()]

    def test_it_is_the_databases_to_the_microsecond(self, recorder: PostgresRecorder) -> None:
        before = datetime.now(UTC)
        recorder.append([event("A"), event("B")])
        first, second = map(datetime.fromisoformat, self.stamps(recorder))
        assert first == second, "what is recorded together is recorded at one time"
        assert abs(first - before) < timedelta(minutes=1)
        with recorder.pool.connection() as connection:
            assert connection.execute("select at from record_head").fetchone() == (first,)
            assert connection.execute("select record_time(2)").fetchone() == (first,)

    def test_it_never_goes_back(
        self, bare_database: TestDatabase, recorder: PostgresRecorder
    ) -> None:
        """As after a clock that ran ahead was set right."""
        ahead = "2062-01-01T00:00:00.000000Z"
        entry = f'{{"recorded_at":"{ahead}",' + canonical({"n": 0, "tags": [], "type": "A"})[1:]
        with bare_database.connect() as owner:
            owner.execute(
                "insert into record_log values (1, 'A', %s, %s)", [entry, leaf_hash(entry.encode())]
            )
        recorder.append([event("A")])
        recorder.append([event("A")])
        assert self.stamps(recorder) == [ahead] * 3

    def test_a_moment_has_a_position(self, recorder: PostgresRecorder) -> None:
        for _ in range(5):
            recorder.append([event("A"), event("B")])
            time.sleep(0.002)
        stamps = [datetime.fromisoformat(stamp) for stamp in self.stamps(recorder)]
        instant = timedelta(microseconds=1)
        with recorder.pool.connection() as connection:

            def position_at(moment: datetime) -> int:
                row = connection.execute("select record_position_at(%s)", [moment]).fetchone()
                assert row is not None
                return int(row[0])

            assert position_at(stamps[0] - instant) == 0
            for n in range(5):
                last = 2 * n + 2
                assert position_at(stamps[last - 1]) == last
                assert position_at(stamps[last - 1] + instant) == last
                assert position_at(stamps[last - 1] - instant) == last - 2
            assert position_at(stamps[-1] + timedelta(days=1)) == 10

    def test_an_empty_record_has_position_0_at_any_time(self, recorder: PostgresRecorder) -> None:
        with recorder.pool.connection() as connection:
            row = connection.execute("select record_position_at(now())").fetchone()
        assert row == (0,)
