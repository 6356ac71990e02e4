"""Views whose declaration or handler changes: reported, left alone, rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from projections import projector as projecting
from projections.facts import VIEWS, View
from projections.projector import Projector, progress
from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.domain.bodies import a_lead
from tests.projections.engine import (
    PATIENCE_S,
    Reader,
    check_current,
    eventually,
    positions,
    running,
)
from tests.projections.lives import Living, as_known, living


@pytest.fixture
def life(database: TestDatabase) -> Iterator[Living]:
    with living(database, seed=7, most=10) as life:
        yield life


class TestDeclarations:
    @pytest.fixture
    def redeclared(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., View]:
        """Replaces a view by another declaration, as a new release does."""

        def declare(name: str, **columns: str) -> View:
            old = VIEWS[name]
            monkeypatch.delitem(VIEWS, name)
            view = View(name, {**columns, **old.columns}, old.indexes, dict(old.handlers))
            monkeypatch.setitem(VIEWS, name, view)
            return view

        return declare

    def test_a_changed_one_is_reported_left_alone_and_rebuilt(
        self, database: TestDatabase, life: Living, redeclared: Callable[..., View]
    ) -> None:
        life.grow(20)
        head = life.projector.catch_up()
        reader = Reader(database.service_conninfo, head)
        redeclared("lead", remark="text")
        later = Projector(life.pool)
        assert later.prepare() == ["lead"]
        with running(later):
            grown = life.grow(20)
            assert eventually(lambda: positions(life) == {head, grown})
        reader.start()
        rebuilt = rebuild(database.service_conninfo, ["lead"], workers=1)
        reader.finish()
        assert reader.wrong == []
        assert reader.put_again <= 1
        assert [one.live_hash for one in rebuilt] == [None], "there is nothing to compare it with"
        after = Projector(life.pool)
        assert after.prepare() == []
        with running(after):
            assert after.wait_for(life.grow(5), PATIENCE_S)
        check_current(life)

    def test_an_older_release_does_not_write_into_a_newer_table(
        self, database: TestDatabase, life: Living, redeclared: Callable[..., View]
    ) -> None:
        """While two releases run side by side, the older one's projector may hold the lease."""
        life.grow(10)
        life.projector.catch_up()
        old = Projector(life.pool)
        redeclared("lead", remark="text")
        rebuild(database.service_conninfo, ["lead"], workers=1)
        head = life.grow(10)
        old.catch_up()
        assert positions(life) == {head, *positions_of(life, "lead")} != {head}
        Projector(life.pool).catch_up()
        check_current(life)

    def test_one_that_is_no_longer_declared_holds_up_nobody(
        self, life: Living, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with life.pool.connection() as connection:
            connection.execute("insert into projection_view values ('gone', 1, 0, 'x')")
        head = life.grow(10)
        assert life.projector.catch_up() == head
        now = progress(life.pool)
        assert (now.head, now.projected, now.lag_s) == (head, head, 0)

    def test_a_new_one_catches_up_from_the_beginning(
        self, life: Living, redeclared: Callable[..., View], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(projecting, "BATCH", 7)
        life.grow(30)
        life.projector.catch_up()
        with life.pool.connection() as connection:
            connection.execute("drop table fact_lead_v1 cascade")
            connection.execute("delete from projection_view where name = 'lead'")
        assert life.projector.prepare() == []
        assert progress(life.pool).projected == 0
        assert life.projector.catch_up() == life.record.recorder.head()
        check_current(life)


def positions_of(life: Living, view: str) -> set[int]:
    rows = life.query("select position from projection_view where name = %s", view)
    return {position for (position,) in rows}


@pytest.mark.parametrize("batch", [1, 1000])
def test_a_fact_that_a_correction_took_away_may_come_back(
    database: TestDatabase, life: Living, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """A handler may state nothing: live, event by event or in one batch, and rebuilt."""
    monkeypatch.setattr(projecting, "BATCH", batch)
    lead = VIEWS["lead"]
    handler = lead.handlers["LeadRegistered"]

    def only_estimated(entry: Any) -> Any:
        return [handler(entry)] if entry["est_investment"] else []

    monkeypatch.setitem(lead.handlers, "LeadRegistered", only_estimated)
    life.projector.catch_up()
    amount = {"amount": "1.00", "currency": "CNY"}
    at = life.record.give("register-lead", **a_lead("l1", est_investment=amount)).position
    if batch > 1:
        life.projector.catch_up()
    changes: list[dict[str, Any]] = [
        {"est_investment": None},
        {"region": "闽"},
        {"industry": "工业"},
        {"est_investment": amount},
        {"est_investment": None},
    ]
    for change in changes:
        life.record.give("correct-event", target=at, changes=change, reason="更正")
    life.projector.catch_up()
    for rebuilt in (False, True):
        if rebuilt:
            assert all(one.equal for one in rebuild(database.service_conninfo, workers=1))
        with life.pool.connection() as connection:
            seen = [len(as_known(connection, lead, known_at)) for known_at in range(at, at + 6)]
        assert seen == [1, 0, 0, 0, 1, 0]
