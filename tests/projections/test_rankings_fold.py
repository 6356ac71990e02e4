"""Rankings equal a plain reading of the record, for random histories as of any two moments.

And the facts of such a history, rebuilt, are those that were live.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from projections.rankings import KINDS, ranking
from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.projections.bureau import bureau_on
from tests.projections.histories import PARTICIPANTS, folded, grow, ranks, record


def check(database: TestDatabase, seed: int, steps: int, questions: int) -> None:
    random = Random(seed)
    with bureau_on(database) as bureau:
        bureau.unit("u1")
        for who in PARTICIPANTS:
            bureau.participant(who, "u1")
        bureau.campaign()
        ready = bureau.projector.catch_up()
        grow(bureau, random, steps)
        head = bureau.projector.catch_up()
        seen = Counter[str]()
        for _ in range(questions):
            known_at = random.choice((head, random.randint(ready, head)))
            cutoff = random.choice(("2009-06-30", "2009-08-15", "2009-09-30", "2026-11-22"))
            campaign = random.choice(("c1", "c1", None))
            events = record(bureau, known_at)
            for kind in KINDS:
                with bureau.asked(cutoff, known_at) as (connection, as_of):
                    found = ranking(connection, as_of, kind, campaign)
                expected = folded(events, kind, date.fromisoformat(cutoff), campaign)
                told = (seed, kind, known_at, cutoff, campaign)
                scored = {p.participant: {m.id for m in p.members} for p in found.places if p.value}
                assert scored == expected, told
                seen[kind] += len(scored)
                places = {p.participant: (p.rank, p.value, p.tied) for p in found.places}
                assert places == ranks(expected, PARTICIPANTS), told
        assert all(one.equal for one in rebuild(database.service_conninfo, workers=1)), seed
        # A history in which nobody scored would prove nothing.
        assert all(seen[kind] for kind in KINDS), (seed, seen)


@pytest.mark.parametrize("seed", range(3))
def test_rankings_equal_a_plain_fold(database: TestDatabase, seed: int) -> None:
    check(database, seed, steps=150, questions=12)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_rankings_equal_a_plain_fold_for_many_histories(database: TestDatabase, seed: int) -> None:
    check(database, seed, steps=400, questions=40)
