"""The state of projects as of a day: stages by SPEC G13, and what each part says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.model.errors import SubjectUnknown
from projections.projects import project, projects
from tests.database import TestDatabase
from tests.projections.rated import RatedBureau, rating, worked_example, yuan


@pytest.fixture
def rated(database: TestDatabase) -> Iterator[RatedBureau]:
    with rating(database) as found:
        yield found


def state(rated: RatedBureau, name: str, cutoff: str, **asof: Any) -> dict[str, Any]:
    with rated.bureau.asked(cutoff, **asof) as (connection, as_of):
        return project(connection, as_of, name)


def stage(rated: RatedBureau, name: str, cutoff: str, **asof: Any) -> str:
    return str(state(rated, name, cutoff, **asof)["stage"])


def listed(rated: RatedBureau, cutoff: str = "2012-12-31", **wanted: Any) -> list[str]:
    with rated.bureau.asked(cutoff) as (connection, as_of):
        return [row["project_id"] for row in projects(connection, as_of, **wanted)]


def test_a_project_goes_through_its_stages_day_by_day(rated: RatedBureau) -> None:
    rated.bureau.project("a", "u1", "2011-01-10")
    rated.signing("a", "2011-03-01", 10_000)
    rated.registered("a", "2011-03-20")
    rated.started("a", "2011-05-10")
    rated.producing("a", "2012-03-15")
    days = ("2011-02-28", "2011-03-01", "2011-03-20", "2011-05-10", "2012-03-15")
    assert [stage(rated, "a", day) for day in days] == ["在谈", "签约", "履约", "开工", "投产"]
    end = rated.terminated("a", "2012-06-01")
    assert stage(rated, "a", "2012-05-31") == "投产"
    assert stage(rated, "a", "2012-06-01") == "终止"
    assert stage(rated, "a", "2012-06-01", known_at=end - 1) == "投产"


def test_talks_that_ended_and_an_intent_are_no_signing(rated: RatedBureau) -> None:
    rated.signed("a", "2012-02-01", 100, "意向")
    assert stage(rated, "a", "2012-12-31") == "在谈"
    rated.bureau.record("end-negotiation", "2012-03-01", project_id="a", reason="条件谈不拢")
    assert stage(rated, "a", "2012-02-29") == "在谈"
    assert stage(rated, "a", "2012-03-01") == "洽谈终止"
    rated.bureau.record("hold-negotiation", "2012-04-01", project_id="a")
    assert stage(rated, "a", "2012-04-01") == "在谈"


def test_signings_stand_with_their_terms_in_force(rated: RatedBureau) -> None:
    position = rated.signed("a", "2011-03-01", 10_000)
    amended = rated.bureau.record(
        "amend-signing",
        "2011-06-01",
        signing_id="s-a",
        contract_introduced_funds=yuan(12_000),
        planned_start="2011-09-01",
    )
    (before,) = state(rated, "a", "2011-05-31")["signings"]
    assert before["contract_introduced_funds"] == {"amount": "100000000.00", "currency": "CNY"}
    assert before["planned_start"] is None
    (after,) = state(rated, "a", "2011-06-01")["signings"]
    assert after["contract_introduced_funds"] == {"amount": "120000000.00", "currency": "CNY"}
    assert after["total_investment"] == {"amount": "100000000.00", "currency": "CNY"}
    assert after["planned_start"] == "2011-09-01"
    assert after["positions"] == [position, position + 1, amended]
    assert (after["verified"], after["first_counted"]) == (True, True)


def test_funds_stand_as_reported_recognised_and_withdrawn(rated: RatedBureau) -> None:
    rated.signed("a", "2011-03-01", 10_000)
    whole = rated.reported("a", "2011-04-01", 3_000)
    rated.recognised(whole, "2011-05-01", 2_500)
    rated.reported("a", "2011-06-01", 1_000)
    said: dict[str, Any] = {"project_id": "a", "amount": yuan(500), "on": "2011-07-01"}
    rated.bureau.record("withdraw-fund", "2011-07-01", **said)
    funds = state(rated, "a", "2011-12-31")["funds"]
    assert funds["arrivals"] == 2
    assert funds["reported"] == {"amount": "40000000.00", "currency": "CNY"}
    assert funds["recognised"] == {"amount": "25000000.00", "currency": "CNY"}
    assert funds["withdrawn"] == {"amount": "5000000.00", "currency": "CNY"}
    assert funds["arrived"] == {"amount": "20000000.00", "currency": "CNY"}
    assert state(rated, "a", "2011-04-30")["funds"]["recognised"]["amount"] == "0.00"


def test_the_owner_is_the_latest_and_the_lead_the_one_it_came_from(rated: RatedBureau) -> None:
    rated.bureau.participant("p1", "u1")
    lead = rated.bureau.lead("l1", "p1", "2011-01-05", campaign_id=None)
    rated.bureau.project("a", "u1", "2011-01-10", lead_id="l1")
    new = {"name": "新业主有限公司", "country": "HK"}
    rated.bureau.record("change-investor", "2011-08-01", project_id="a", new=new)
    before, after = (state(rated, "a", day) for day in ("2011-07-31", "2011-08-01"))
    assert before["investor"]["name"] == "l1实业有限公司"
    assert after["investor"]["name"] == "新业主有限公司"
    assert after["investor"]["since"] == "2011-08-01"
    assert after["lead"] == {"lead_id": "l1", "registrant": "p1", "position": lead}


def test_start_and_production_by_their_days(rated: RatedBureau) -> None:
    rated.signed("a", "2011-03-01", 10_000)
    report: dict[str, Any] = {"project_id": "a", "on": "2011-05-01", "works": "平整土地"}
    rated.bureau.record("report-commencement", "2011-05-02", **report)
    rated.bureau.judge(
        "certify-commencement", "2011-05-20", project_id="a", on="2011-05-01", certifiers=["lg1"]
    )
    stop: dict[str, Any] = {"project_id": "a", "on": "2011-06-01", "cause": "汛期"}
    rated.bureau.record("suspend-construction", "2011-06-01", **stop)
    told = state(rated, "a", "2011-06-30")
    assert told["stage"] == "开工"
    assert told["commencement"]["reported_on"] == "2011-05-01"
    assert told["commencement"]["certified_on"] == "2011-05-01"
    assert told["commencement"]["suspended_since"] == "2011-06-01"
    assert state(rated, "a", "2011-05-19")["commencement"]["certified_on"] is None
    assert told["production"] == {
        "started_on": None,
        "kind": None,
        "status": None,
        "positions": [],
    }


def test_lists_are_filtered_and_come_in_pages(rated: RatedBureau) -> None:
    worked_example(rated)
    rated.bureau.unit("u2")
    rated.bureau.project("g", "u2", "2012-07-01", funds_origin="外资")
    assert listed(rated) == ["a", "b", "c", "d", "e", "f", "g"]
    assert listed(rated, unit="u2") == ["g"]
    assert listed(rated, origin="外资") == ["g"]
    assert listed(rated, stage="终止") == ["d"]
    assert listed(rated, stage="投产") == ["a", "e"]
    assert listed(rated, stage="在谈") == ["f", "g"]
    assert listed(rated, limit=2) == ["a", "b"]
    assert listed(rated, limit=2, after="b") == ["c", "d"]
    assert listed(rated, stage="投产", after="a") == ["e"]
    assert listed(rated, "2011-12-31") == ["a", "b", "e"]


def test_an_unknown_project_is_told_so(rated: RatedBureau) -> None:
    rated.signed("a", "2011-03-01", 10_000)
    with pytest.raises(SubjectUnknown):
        state(rated, "z", "2012-12-31")
    with pytest.raises(SubjectUnknown):
        state(rated, "a", "2011-02-28")
