"""The lead board: how each lead stands, and with which earlier one it competes (SPEC §3.12, §10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from projections.leads import Choice, board, counts
from tests.database import TestDatabase
from tests.projections.bureau import Bureau
from tests.projections.tables import campaigning

ALL = Choice()
SAME: dict[str, Any] = {"investor": {"name": "达利集团"}, "intended_project": "食品厂"}


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with campaigning(database) as bureau:
        yield bureau


def shown(bureau: Bureau, choice: Choice = ALL, **asof: Any) -> list[dict[str, Any]]:
    with bureau.asked(**asof) as (connection, as_of):
        return board(connection, as_of, choice)


def statuses(bureau: Bureau, **asof: Any) -> dict[str, tuple[str, str | None]]:
    return {row["lead_id"]: (row["status"], row["rival_of"]) for row in shown(bureau, **asof)}


def test_a_lead_stands_as_it_was_judged_or_beside_the_earlier_one(bureau: Bureau) -> None:
    for lead in ("pending", "valid", "worthless", "refused"):
        bureau.lead(lead, "p1")
    bureau.verify("valid")
    bureau.verify("worthless", valuable=False)
    bureau.judge("reject-lead", "2009-07-20", lead_id="refused", ground="不实")
    bureau.lead("first", "p1", **SAME)
    bureau.lead("second", "p2", **SAME)
    bureau.lead("third", "p2", **SAME)
    said: dict[str, Any] = {"lead_id": "third", "of_lead_id": "first", "basis": "同一项目"}
    bureau.judge("mark-lead-duplicate", "2009-07-20", **said)
    assert statuses(bureau) == {
        "pending": ("pending", None),
        "valid": ("valid", None),
        "worthless": ("not_valuable", None),
        "refused": ("rejected", None),
        "first": ("pending", None),
        "second": ("rival", "first"),
        "third": ("duplicate", "first"),
    }
    with bureau.asked() as (connection, as_of):
        assert counts(connection, as_of, ALL) == {
            "valid": 1,
            "pending": 2,
            "rival": 1,
            "duplicate": 1,
            "not_valuable": 1,
            "rejected": 1,
        }


def test_a_rival_comes_into_its_own_when_the_earlier_lead_is_refused(bureau: Bureau) -> None:
    bureau.lead("first", "p1", **SAME)
    bureau.lead("second", "p2", **SAME)
    bureau.verify("second", "2009-07-15")
    before = bureau.projector.catch_up()
    refused = bureau.judge("reject-lead", "2009-07-20", lead_id="first", ground="不实")
    assert statuses(bureau, known_at=before)["second"] == ("rival", "first")
    assert statuses(bureau)["second"] == ("valid", None)
    assert statuses(bureau, cutoff="2009-07-19")["second"] == ("rival", "first")
    bureau.revoke(refused)
    assert statuses(bureau)["second"] == ("rival", "first")


def test_a_corrected_name_makes_rivals_that_were_none(bureau: Bureau) -> None:
    bureau.lead("first", "p1", investor={"name": "达利集团"})
    second = bureau.lead("second", "p2", investor={"name": "达力集团"})
    assert statuses(bureau)["second"] == ("pending", None)
    bureau.correct(second, investor={"name": "達利集團"})
    assert statuses(bureau)["second"] == ("rival", "first")


def test_a_row_tells_what_became_of_the_lead_and_who_says_so(bureau: Bureau) -> None:
    estimate = {"amount": "50000000.00", "currency": "CNY"}
    registered = bureau.lead("l1", "p1", est_investment=estimate, industry="电子")
    verified = bureau.verify("l1")
    converted = bureau.project("pr1", "u2", lead_id="l1")
    (row,) = shown(bureau)
    assert row["positions"] == [registered, verified, converted]
    told = ("registrant", "unit", "project_id", "verdict", "status", "campaign", "est_investment")
    assert [row[name] for name in told] == ["p1", "u1", "pr1", "valuable", "valid", "c1", estimate]


def test_leads_are_chosen_and_paged_in_the_order_of_the_record(bureau: Bureau) -> None:
    bureau.lead("l1", "p1")
    second = bureau.lead("l2", "p2", campaign_id=None)
    bureau.lead("l3", "p2")
    bureau.verify("l3")

    def chosen(**by: Any) -> list[str]:
        return [row["lead_id"] for row in shown(bureau, Choice(**by))]

    assert chosen() == ["l1", "l2", "l3"]
    assert chosen(campaign="c1") == ["l1", "l3"]
    assert chosen(registrant="p2") == ["l2", "l3"]
    assert chosen(unit="u1") == ["l1"]
    assert chosen(status="valid", campaign="c1") == ["l3"]
    with bureau.asked() as (connection, as_of):
        page = board(connection, as_of, Choice(), after=second - 1, limit=1)
    assert [row["lead_id"] for row in page] == ["l2"]
