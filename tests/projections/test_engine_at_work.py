"""The engine beside writers and readers: killed, cancelled, doubled, rebuilt under their hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from projections import applying, versions
from projections import projector as projecting
from projections import rebuild as rebuilding
from projections.applying import Changes
from projections.facts import VIEWS, View
from projections.projector import Projector, progress
from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.eventlog.recorders import pooled
from tests.projections.engine import (
    PATIENCE_S,
    Reader,
    check_current,
    current_table,
    leftovers,
    positions,
    running,
)
from tests.projections.lives import LAST_DAY, Living, as_known, contents, folded, living


@pytest.fixture
def life(database: TestDatabase) -> Iterator[Living]:
    with living(database, seed=7, most=10) as life:
        yield life


class TestKilled:
    def test_mid_batch_it_goes_on_at_a_batch_boundary(
        self, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The connection is cut after some of a batch's rows were written, three times."""
        monkeypatch.setattr(projecting, "BATCH", 10)
        life.grow(60)
        written = applying.write
        deaths = [9, 4, 2]

        def cut(
            connection: versions.Connection, view: View, version: int, changed: Changes
        ) -> None:
            written(connection, view, version, changed)
            if deaths and changed.rows:
                deaths[-1] -= 1
                if deaths[-1] == 0:
                    deaths.pop()
                    row = connection.execute("select pg_backend_pid()").fetchone()
                    assert row is not None
                    with life.pool.connection() as other:
                        other.execute("select pg_terminate_backend(%s, 5000)", row)

        monkeypatch.setattr(projecting, "write", cut)
        with pytest.raises(psycopg.OperationalError):
            life.projector.catch_up()
        (standing,) = positions(life)
        assert standing % 10 == 0
        with life.pool.connection() as connection:
            expected = folded(life.events(), list(VIEWS.values()), standing, LAST_DAY, connection)
            for view in VIEWS.values():
                assert as_known(connection, view, 10**9) == expected[view.name]
        with running(life.projector):
            assert life.projector.wait_for(life.record.recorder.head(), PATIENCE_S)
        assert deaths == []
        check_current(life)

    def test_a_dead_leader_is_followed_when_its_lease_runs_out(
        self, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(projecting, "POLL_SECONDS", 0.05)
        assert life.query("select lease_take('projector', 'the dead one', 0.6)") == [(True,)]
        head = life.grow(10)
        began = time.monotonic()
        with running(life.projector):
            assert life.projector.wait_for(head, PATIENCE_S)
        assert time.monotonic() - began > 0.4
        check_current(life)

    def test_one_that_stops_in_order_leaves_its_lease(self, life: Living) -> None:
        with running(life.projector):
            assert life.projector.wait_for(life.grow(5), PATIENCE_S)
        assert life.query("select lease_take('projector', 'the next one', 1)") == [(True,)]


class TestSeveral:
    def test_a_lease_has_one_holder(self, life: Living) -> None:
        def take(holder: str, seconds: float) -> bool:
            ((taken,),) = life.query("select lease_take('x', %s, %s)", holder, seconds)
            return bool(taken)

        assert take("a", 0.3)
        assert not take("b", 0.3)
        assert take("a", 0.3), "its holder may keep it"
        time.sleep(0.35)
        assert take("b", 0.3)
        assert not take("a", 0.3)

    def test_two_projectors_at_once(
        self, database: TestDatabase, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where both think that they lead: the second finds the work done."""
        monkeypatch.setattr(projecting, "BATCH", 5)
        monkeypatch.setattr(Projector, "_leads", lambda self, connection: True)
        with pooled(database) as pool:
            other = Projector(pool)
            assert other.prepare() == []
            with running(life.projector, other):
                for _ in range(6):
                    life.grow(12)
                assert life.projector.wait_for(life.record.recorder.head(), PATIENCE_S)
        check_current(life)

    def test_two_services_start_at_once(self, database: TestDatabase) -> None:
        with pooled(database) as pool:
            changed: list[list[str]] = []
            threads = [
                threading.Thread(target=lambda: changed.append(Projector(pool).prepare()))
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert changed == [[]] * 4


class TestRebuilding:
    def test_under_writers_readers_and_a_projector(
        self, database: TestDatabase, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Readers never fail and never see half; nothing that is written meanwhile is left out."""
        monkeypatch.setattr(projecting, "BATCH", 10)
        monkeypatch.setattr(rebuilding, "SPAN", 30)
        life.grow(60)
        known_at = life.projector.catch_up()
        readers = [Reader(database.service_conninfo, known_at) for _ in range(2)]
        writing = threading.Event()

        def write() -> None:
            while not writing.is_set():
                life.grow(2)

        writer = threading.Thread(target=write, daemon=True)
        with running(life.projector):
            for thread in (*readers, writer):
                thread.start()
            for _ in range(2):
                assert all(one.equal for one in rebuild(database.service_conninfo, workers=1))
            writing.set()
            writer.join(PATIENCE_S)
            for reader in readers:
                reader.finish()
            assert life.projector.wait_for(life.record.recorder.head(), PATIENCE_S)
        assert [reader.wrong for reader in readers] == [[], []]
        assert [reader.put_again for reader in readers] == [0, 0]
        assert all(reader.asked > 20 for reader in readers)
        assert life.record.recorder.head() > known_at
        check_current(life)
        assert leftovers(life) == []

    def test_a_slow_reader_holds_up_nobody_else(self, database: TestDatabase, life: Living) -> None:
        """The swap waits for it; other readers do not stand in line behind the swap."""
        life.grow(20)
        known_at = life.projector.catch_up()
        reader = Reader(database.service_conninfo, known_at)
        swapping = threading.Thread(
            target=rebuild, args=[database.service_conninfo], kwargs={"workers": 1}, daemon=True
        )
        with psycopg.connect(database.service_conninfo) as slow:
            slow.execute("select * from fact_lead")
            swapping.start()
            reader.start()
            time.sleep(2.5)
            assert swapping.is_alive()
            reader.finish()
        swapping.join(PATIENCE_S)
        assert not swapping.is_alive()
        assert reader.wrong == []
        assert reader.slowest_s < 1.5
        assert leftovers(life) == []

    @pytest.mark.parametrize("workers", [1, 2])
    def test_cancelled_it_leaves_the_old_one_untouched(
        self,
        database: TestDatabase,
        life: Living,
        monkeypatch: pytest.MonkeyPatch,
        workers: int,
    ) -> None:
        monkeypatch.setattr(rebuilding, "SPAN", 20)
        life.grow(60)
        life.projector.catch_up()
        with life.pool.connection() as connection:
            before = contents(connection)
        standing = life.query("select * from projection_view order by name")

        def cancel(done: int, total: int) -> None:
            if done > 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rebuild(database.service_conninfo, workers=workers, report=cancel)
        assert life.query("select * from projection_view order by name") == standing
        with life.pool.connection() as connection:
            assert contents(connection) == before
        assert all(one.equal for one in rebuild(database.service_conninfo, workers=workers))
        with life.pool.connection() as connection:
            assert contents(connection) == before
        assert leftovers(life) == []

    def test_killed_before_the_swap_it_leaves_the_old_one_untouched(
        self, database: TestDatabase, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        life.grow(30)
        life.projector.catch_up()
        standing = life.query("select * from projection_view order by name")
        publish = versions.publish

        def die(connection: versions.Connection, view: View, version: int) -> None:
            publish(connection, view, version)
            if view.name == "lead":
                connection.close()

        with monkeypatch.context() as patch:
            patch.setattr(versions, "publish", die)
            with pytest.raises(psycopg.OperationalError):
                rebuild(database.service_conninfo, ["lead"], workers=1)
        assert life.query("select * from projection_view order by name") == standing
        check_current(life)
        rebuild(database.service_conninfo, workers=1)
        check_current(life)
        assert leftovers(life) == []

    def test_two_at_once_take_turns(self, database: TestDatabase, life: Living) -> None:
        life.grow(30)
        life.projector.catch_up()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                assert all(one.equal for one in rebuild(database.service_conninfo, workers=1))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert failures == []
        check_current(life)
        assert leftovers(life) == []

    def test_a_difference_is_told(self, database: TestDatabase, life: Living) -> None:
        life.grow(20)
        life.projector.catch_up()
        life_lead = sql.SQL("update {} set channel = 'x' where n = 0").format(
            sql.Identifier(current_table(life, "lead"))
        )
        with life.pool.connection() as connection:
            connection.execute(life_lead)
        rebuilt = rebuild(database.service_conninfo, workers=1)
        assert [one.view for one in rebuilt if not one.equal] == ["lead"]
        check_current(life)


def test_lag_is_the_age_of_the_oldest_event_that_is_missing(life: Living) -> None:
    life.projector.catch_up()
    life.grow(5)
    time.sleep(0.3)
    life.grow(5)
    now = progress(life.pool)
    assert now.projected == 3 < now.head
    assert 0.3 <= now.lag_s < 30
