"""Contacts in the order of the record: who met whom, however the enterprise is spelt (SPEC §3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from projections.contacts import Wanted, contacts, meetings
from tests.database import TestDatabase
from tests.projections.bureau import Bureau
from tests.projections.tables import campaigning, inspected, visited

ALL = Wanted()


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with campaigning(database) as bureau:
        yield bureau


def found(bureau: Bureau, wanted: Wanted = ALL, **asof: Any) -> list[dict[str, Any]]:
    with bureau.asked(**asof) as (connection, as_of):
        return contacts(connection, as_of, wanted)


def everything(bureau: Bureau) -> dict[str, int]:
    """One contact of each kind with 中绿集团, and a call to somebody else."""
    investor = {"name": "中綠集團"}
    call: dict[str, Any] = {"direction": "out", "mode": "电话", "led_by": "p2"}
    present: dict[str, Any] = {"participants": ["p1", "w1"], "summary": "谈及选址"}
    bureau.lead("l1", "p1", investor=investor)
    return {
        "contact": bureau.record(
            "record-contact", "2009-07-11", investor=investor, lead_id="l1", **call, **present
        ),
        "visit": visited(bureau, "中绿集团", "2009-07-12"),
        "invitation": bureau.record(
            "send-invitation", "2009-07-13", investor=investor, for_date="2009-08-01", by_unit="u2"
        ),
        "inspection": inspected(bureau, "中绿集团 ", "2009-08-01", sites=["新工业园"]),
        "other": bureau.record("record-contact", "2009-08-02", investor={"name": "康师傅"}, **call),
    }


def test_everything_about_an_enterprise_stands_together_however_it_is_spelt(bureau: Bureau) -> None:
    at = everything(bureau)
    rows = found(bureau, Wanted(enterprise="中绿集团"))
    kinds = ["contact", "visit", "invitation", "inspection"]
    assert [(row["kind"], row["position"]) for row in rows] == [(k, at[k]) for k in kinds]
    assert [row["direction"] for row in rows] == ["out", "out", "out", "in"]
    assert [row["unit"] for row in rows] == ["u2", "u1", "u2", "u1"]
    assert [row["for_date"] for row in rows] == [None, None, "2009-08-01", None]
    assert (rows[3]["delegates"], rows[3]["sites"]) == (3, ["新工业园"])
    assert (rows[0]["led_by"], rows[0]["participants"]) == ("p2", ["p1", "w1"])
    assert "谈及选址" not in str(rows)


def test_contacts_are_chosen_by_kind_unit_person_lead_and_day(bureau: Bureau) -> None:
    at = everything(bureau)

    def chosen(cutoff: str = "2026-11-22", **by: Any) -> list[int]:
        return [row["position"] for row in found(bureau, Wanted(**by), cutoff=cutoff)]

    assert chosen(kind="visit") == [at["visit"]]
    assert chosen(unit="u2") == [at["contact"], at["invitation"], at["other"]]
    assert chosen(person="w1") == [at["contact"]]
    assert chosen(person="p1") == [at["contact"], at["visit"], at["inspection"]]
    assert chosen(lead="l1") == [at["contact"]]
    assert chosen(campaign="c1") == [at["visit"], at["inspection"]]
    assert chosen(cutoff="2009-07-12") == [at["contact"], at["visit"]]


def test_a_revoked_contact_is_gone_from_then_on(bureau: Bureau) -> None:
    at = everything(bureau)
    revoked = bureau.revoke(at["visit"])
    wanted = Wanted(kind="visit")
    assert found(bureau, wanted) == []
    assert len(found(bureau, wanted, known_at=revoked - 1)) == 1


def test_meetings_tell_how_much_was_decided_and_not_what(bureau: Bureau) -> None:
    bureau.record(
        "hold-meeting",
        "2009-07-16",
        kind="动员",
        decisions=[
            {"text": "由张某负责", "owner": "p1", "due": "2009-08-01"},
            {"text": "每周一报"},
        ],
        campaign_id="c1",
    )
    with bureau.asked() as (connection, as_of):
        (row,) = meetings(connection, as_of)
    assert (row["kind"], row["decisions"], row["campaign"]) == ("动员", 2, "c1")
    assert "张某" not in str(row)
