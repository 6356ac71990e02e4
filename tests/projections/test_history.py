"""A project's history: its lead, its events, their corrections, as known and up to a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.model.errors import SubjectUnknown
from eventlog.entry import leaf_hash
from eventlog.recorder import PostgresRecorder
from projections.history import late_by_days, project_history
from tests.database import TestDatabase
from tests.projections.bureau import Bureau, bureau_on


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with bureau_on(database, rules=False) as found:
        found.unit("u1")
        found.participant("p1", "u1")
        found.campaign()
        yield found


def history(bureau: Bureau, project: str = "pr1", **asof: Any) -> list[dict[str, Any]]:
    with bureau.asked(**asof) as (connection, as_of):
        return project_history(connection, as_of, project)


def types(lines: list[dict[str, Any]]) -> list[str]:
    return [line["type"] for line in lines]


def at(lines: list[dict[str, Any]], position: int) -> dict[str, Any]:
    (found,) = [line for line in lines if line["position"] == position]
    return found


def signed_from_a_lead(bureau: Bureau) -> int:
    """A lead, the project it became, its signing for 100万元; the signing's position."""
    bureau.lead("l1", "p1", "2009-07-10")
    bureau.verify("l1", "2009-07-12")
    bureau.project("pr1", "u1", "2009-07-15", lead_id="l1")
    return bureau.signing("s1", "pr1", "1000000.00", "2009-08-01")


def test_the_history_begins_with_the_lead_and_follows_the_record(bureau: Bureau) -> None:
    signed_from_a_lead(bureau)
    bureau.project("pr2", "u1")
    bureau.signing("s2", "pr2", "5.00")
    lines = history(bureau)
    assert types(lines) == [
        "LeadRegistered",
        "LeadVerified",
        "ProjectOpened",
        "LeadConverted",
        "SigningRecorded",
    ]
    positions = [line["position"] for line in lines]
    assert positions == sorted(positions)


def test_a_line_says_who_when_how_late_and_holds_the_stored_entry(bureau: Bureau) -> None:
    position = signed_from_a_lead(bureau)
    line = at(history(bureau), position)
    ((_, stored, leaf),) = PostgresRecorder(bureau.pool).entries(position, position)
    assert line["entry"] == stored
    assert line["leaf"] == leaf.hex() == leaf_hash(line["entry"].encode()).hex()
    assert line["actor"]["account"] == "clerk"
    assert line["occurred_on"] == "2009-08-01"
    recorded = datetime.fromisoformat(line["recorded_at"]) + timedelta(hours=8)
    assert line["late_by_days"] == (recorded.date() - date(2009, 8, 1)).days
    assert line["sentence"] == {
        "zh": "项目pr1于2009-08-01签订正式合同（s1），总投资—，合同引进资金1,000,000元",
        "en": "Project pr1: 正式合同 (s1) signed on 2009-08-01, total investment —, "
        "contract introduced funds CNY 1,000,000",
    }
    assert line["corrects"] is None
    assert line["superseded_by"] is None


@pytest.mark.parametrize(
    ("recorded_at", "days"),
    [
        ("2012-06-30T15:59:59.999999Z", 2),
        ("2012-06-30T16:00:00.000000Z", 3),
        ("2012-06-27T16:00:00.000000Z", 0),
    ],
)
def test_lateness_counts_days_in_shanghai(recorded_at: str, days: int) -> None:
    assert late_by_days(recorded_at, "2012-06-28") == days


def test_a_correction_changes_the_sentence_and_not_the_entry(bureau: Bureau) -> None:
    position = signed_from_a_lead(bureau)
    before = history(bureau)
    correction = bureau.correct(
        position, contract_introduced_funds={"amount": "2000000.00", "currency": "CNY"}
    )
    lines = history(bureau)
    line = at(lines, position)
    assert "合同引进资金2,000,000元" in line["sentence"]["zh"]
    assert line["entry"] == at(before, position)["entry"]
    assert line["superseded_by"] == correction
    assert at(lines, correction)["corrects"] == position
    assert at(lines, correction)["type"] == "EventCorrected"
    assert history(bureau, known_at=correction - 1) == before


def test_a_revoked_event_stays_in_sight_and_a_revoked_revocation_restores_it(
    bureau: Bureau,
) -> None:
    position = signed_from_a_lead(bureau)
    revocation = bureau.revoke(position)
    line = at(history(bureau), position)
    assert (line["revoked"], line["superseded_by"]) == (True, revocation)
    second = bureau.revoke(revocation)
    lines = history(bureau)
    line = at(lines, position)
    assert (line["revoked"], line["superseded_by"]) == (False, None)
    assert at(lines, revocation)["superseded_by"] == second
    assert at(lines, revocation)["revoked"] is True
    assert at(history(bureau, known_at=revocation), position)["revoked"] is True


def test_the_last_of_two_corrections_supersedes_and_both_are_named(bureau: Bureau) -> None:
    position = signed_from_a_lead(bureau)
    first = bureau.correct(position, signed_on="2009-08-02")
    second = bureau.correct(position, level="协议")
    line = at(history(bureau), position)
    assert line["superseded_by"] == second
    assert line["amended_by"] == [first, second]
    assert "于2009-08-02签订协议" in line["sentence"]["zh"]


def test_the_cutoff_looks_at_the_day_as_corrected(bureau: Bureau) -> None:
    position = signed_from_a_lead(bureau)
    assert "SigningRecorded" not in types(history(bureau, cutoff="2009-07-31"))
    assert "SigningRecorded" in types(history(bureau, cutoff="2009-08-01"))
    correction = bureau.correct(position, occurred_on="2009-07-20")
    lines = history(bureau, cutoff="2009-07-31")
    assert at(lines, position)["occurred_on"] == "2009-07-20"
    assert at(lines, correction)["corrects"] == position
    known = history(bureau, cutoff="2009-07-31", known_at=correction - 1)
    assert "SigningRecorded" not in types(known)


def test_an_event_moved_by_a_correction_is_in_both_histories(bureau: Bureau) -> None:
    position = signed_from_a_lead(bureau)
    bureau.project("pr2", "u1")
    correction = bureau.correct(position, project_id="pr2")
    for project in ("pr1", "pr2"):
        lines = history(bureau, project)
        assert at(lines, position)["sentence"]["zh"].startswith("项目pr2于")
        assert at(lines, correction)["corrects"] == position
    assert "SigningRecorded" not in types(history(bureau, "pr2", known_at=correction - 1))


def test_personal_values_are_withheld(bureau: Bureau) -> None:
    signed_from_a_lead(bureau)
    said: dict[str, Any] = {"parties": ["某公司"], "stage": "初谈", "summary": "与王某某面谈"}
    position = bureau.record("hold-negotiation", "2009-07-20", project_id="pr1", **said)
    line = at(history(bureau), position)
    assert "王某某" not in str(line)
    assert "$commit" in line["entry"]


def test_a_project_that_was_not_known_has_no_history(bureau: Bureau) -> None:
    signed_from_a_lead(bureau)
    opened = next(line for line in history(bureau) if line["type"] == "ProjectOpened")
    with pytest.raises(SubjectUnknown):
        history(bureau, "pr9")
    with pytest.raises(SubjectUnknown):
        history(bureau, "pr1", known_at=opened["position"] - 1)
