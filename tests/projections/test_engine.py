"""The facts engine: rebuilt equals live, and every as-of answer equals a plain fold of the record."""

from __future__ import annotations

from datetime import date

import pytest

from projections import projector as projecting
from projections.facts import VIEWS
from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.projections.lives import Living, as_known, contents, folded, living

CUTOFFS = (date(2012, 6, 28), date(2012, 6, 30), date(2012, 7, 1), date(2012, 7, 2))


def live(life: Living, monkeypatch: pytest.MonkeyPatch, commands: int) -> int:
    """Grow in steps, projected in batches of random length that end anywhere."""
    grown = 0
    while grown < commands:
        step = life.random.randint(1, 25)
        grown += step
        life.grow(step)
        monkeypatch.setattr(projecting, "BATCH", life.random.choice((1, 2, 3, 7, 20)))
        if life.random.random() < 0.7:
            life.projector.catch_up()
    return life.projector.catch_up()


def check_rebuilt(life: Living, database: TestDatabase, head: int) -> None:
    """A rebuild finds the same facts, to the last version."""
    with life.pool.connection() as connection:
        before = contents(connection)
        rebuilt = rebuild(database.service_conninfo, workers=1)
        assert [one.view for one in rebuilt if not one.equal] == []
        assert {one.position for one in rebuilt} == {head}
        assert contents(connection) == before
    told = {"lead", "lead_verdict", "participant", "unit"}
    assert all(before[name] for name in told), "too little was stated to mean anything"


def check_folded(life: Living, head: int) -> None:
    """At every position, up to some day, readers are told what a plain reading of the record tells."""
    events, views = life.events(), list(VIEWS.values())
    with life.pool.connection() as connection:
        for known_at in range(head + 1):
            cutoff = life.random.choice((*CUTOFFS, date(9999, 12, 31)))
            expected = folded(events, views, known_at, cutoff, connection)
            for view in views:
                if known_at == head or expected[view.name] or life.random.random() < 0.1:
                    found = as_known(connection, view, known_at, cutoff)
                    assert found == expected[view.name], (view.name, known_at, cutoff)


def check(database: TestDatabase, monkeypatch: pytest.MonkeyPatch, seed: int, steps: int) -> None:
    with living(database, seed) as life:
        head = live(life, monkeypatch, steps)
        check_rebuilt(life, database, head)
        check_folded(life, head)


@pytest.mark.parametrize("seed", [1, 2])
def test_facts_of_random_histories(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    check(database, monkeypatch, seed, steps=110)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_facts_of_many_random_histories(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    check(database, monkeypatch, seed, steps=400)
