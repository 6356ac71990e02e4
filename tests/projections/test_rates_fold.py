"""The rates of random histories equal a plain reading of the record, as of any day and any knowledge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from projections.rates import ten_thousand_yuan
from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.projections.plain_rates import Known, Rules, base_set, record, sums
from tests.projections.rate_histories import RateHistory
from tests.projections.rated import RatedBureau, rating

STEPS = 600
GROUPED: dict[str, Callable[[Known], str]] = {
    "unit": lambda p: p.unit,
    "tier": lambda p: p.tier,
    "origin": lambda p: p.origin,
    "signing_year": lambda p: str(p.signed_on.year),
    "campaign": lambda p: p.campaign,
}
SETTINGS: tuple[tuple[Rules, dict[str, Any]], ...] = (
    (Rules(), {}),
    (
        Rules(
            levels=frozenset({"正式合同"}),
            signed_from=date(2010, 1, 1),
            origins=frozenset({"外资", "省外", "本地"}),
            performed="funds_only",
            include_deemed=True,
            capped=True,
        ),
        {
            "rate.levels": ["正式合同"],
            "rate.signed_from": "2010-01-01",
            "scope.counted_origins": ["外资", "省外", "本地"],
            "rate.performed": "funds_only",
            "rate.start.include_deemed": True,
            "rate.cap_per_project": True,
        },
    ),
)


def check_row(row: dict[str, Any], projects: Iterable[Known], rules: Rules) -> None:
    found = list(projects)
    assert row["projects"] == len(found)
    assert row["terminated"] == sum(p.terminated for p in found)
    assert row["without_contract_amount"] == sum(p.contract is None for p in found)
    assert row["reported_without_rate"] == sum(p.unrated for p in found)
    for name, (numerator, denominator) in sums(found, rules).items():
        rate, by = name.split()
        told = row[rate] if row[rate]["by"] == by else row[rate][by]
        exact = (
            f"{(f := Fraction(numerator, denominator)).numerator}/{f.denominator}"
            if (denominator)
            else None
        )
        assert told["fraction"] == exact, name
        show = ten_thousand_yuan if by == "amount" else str
        assert (told["numerator"], told["denominator"]) == (show(numerator), show(denominator))


def check_members(members: dict[str, dict[str, Any]], known: dict[str, Known]) -> None:
    assert list(members) == sorted(known)
    for project, p in known.items():
        told = members[project]
        for name, holds in (
            ("performed", p.performed),
            ("commenced", p.commenced),
            ("arrival", p.arrived > 0),
            ("terminated", p.terminated),
            ("producing", p.producing),
            ("landed", p.landed),
        ):
            assert told[name]["holds"] is holds, (project, name)
        assert told["tier"] == p.tier
        assert told["signed_on"] == p.signed_on.isoformat()


def check(rated: RatedBureau, known_at: int, cutoff: date, rules: Rules) -> int:
    """Compare every row and member; how many projects were in the base set."""
    known = base_set(record(rated.bureau, known_at), cutoff, rules)
    asof: dict[str, Any] = {"cutoff": cutoff.isoformat(), "known_at": known_at}
    check_row(rated.row(**asof), known.values(), rules)
    for group_by, of in GROUPED.items():
        rows = rated.rates(group_by=group_by, **asof)  # type: ignore[arg-type]
        assert [row["group"] for row in rows] == sorted({of(p) for p in known.values()})
        for row in rows:
            check_row(row, (p for p in known.values() if of(p) == row["group"]), rules)
    check_members(rated.members(**asof), known)
    return len(known)


SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 20))]


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_equal_a_plain_reading_of_the_record(database: TestDatabase, seed: int) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    with rating(database) as rated:
        rated.bureau.unit("u2")
        rated.bureau.campaign()
        settings = rated.bureau.projector.catch_up()
        history = RateHistory(rated, random)
        history.grow(STEPS)
        head = rated.bureau.projector.catch_up()
        seen = 0
        for known_at in (head, *(random.randint(settings, head) for _ in range(2))):
            for cutoff in (date(2013, 12, 31), date.fromisoformat(history.day())):
                seen += check(rated, known_at, cutoff, Rules())
        assert seen > 10, "the history is too poor to say anything"

        own, said = SETTINGS[1]
        for key, value in said.items():
            rated.bureau.rule(key, value)
        now = rated.bureau.projector.catch_up()
        check(rated, now, date(2013, 12, 31), own)
        check(rated, now, date.fromisoformat(history.day()), replace(own))
        outcomes = rebuild(database.service_conninfo)
        assert [one.view for one in outcomes if not one.equal] == []
        check(rated, now, date(2013, 12, 31), own)
