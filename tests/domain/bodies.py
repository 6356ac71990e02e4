"""Command bodies as the contract prints them, for tests to change in one point."""

from __future__ import annotations

from typing import Any

from tests.scenario import Scenario

INVESTOR = {"name": "岭南机械有限公司", "country": "CN"}


def yuan(amount: str) -> dict[str, str]:
    """An amount in CNY, major units."""
    return {"amount": amount, "currency": "CNY"}


def dollars(amount: str) -> dict[str, str]:
    """An amount in USD, major units."""
    return {"amount": amount, "currency": "USD"}


def fx(rate: str, day: str) -> dict[str, str]:
    """A rate in CNY per unit, of a day."""
    return {"rate": rate, "date": day, "source": "中国外汇交易中心"}


def a_project(project_id: str = "pr1", **changes: Any) -> dict[str, Any]:
    """open-project."""
    return {
        "project_id": project_id,
        "name": "年产五万台机床",
        "class": "工业",
        "kind": "新建",
        "investor": INVESTOR,
        "funds_origin": "省外",
        "jurisdiction": "u1",
        **changes,
    }


def a_lead(lead_id: str = "l1", **changes: Any) -> dict[str, Any]:
    """register-lead."""
    return {
        "lead_id": lead_id,
        "kind": "投资",
        "registrant": "p1",
        "channel": "以商招商",
        "investor": INVESTOR,
        "intended_project": "机床项目",
        **changes,
    }


def a_signing(signing_id: str = "s1", **changes: Any) -> dict[str, Any]:
    """record-signing: 1亿元 in all, of which 8000万 come from outside."""
    return {
        "signing_id": signing_id,
        "project_id": "pr1",
        "level": "正式合同",
        "signed_on": "2012-05-01",
        "total_investment": yuan("100000000.00"),
        "contract_introduced_funds": yuan("80000000.00"),
        "fx": None,
        **changes,
    }


def a_slip(
    no: str = "0001", amount: str = "1000.00", currency: str = "CNY", **changes: Any
) -> dict[str, Any]:
    """A bank slip."""
    return {
        "kind": "银行进账单",
        "no": no,
        "date": "2012-06-28",
        "amount": {"amount": amount, "currency": currency},
        "sha256": None,
        **changes,
    }


def an_arrival(
    arrival_id: str = "a1", amount: str = "1000.00", currency: str = "CNY", **changes: Any
) -> dict[str, Any]:
    """report-fund-arrival: proved by one bank slip whose number is the arrival's id."""
    return {
        "arrival_id": arrival_id,
        "project_id": "pr1",
        "amount": {"amount": amount, "currency": currency},
        "received_on": "2012-06-28",
        "origin": "省外",
        "form": "人民币现金" if currency == "CNY" else "设备实物",
        "is_cash_fx": False,
        "purpose": "基建",
        "evidence": [a_slip(arrival_id, amount, currency)],
        **changes,
    }


def with_project(scenario: Scenario, *project_ids: str) -> Scenario:
    """A unit, a participant, and the projects named (pr1 if none is)."""
    scenario.given("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
    scenario.given(
        "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
    )
    for one in project_ids or ("pr1",):
        scenario.given("open-project", **a_project(one))
    return scenario


def position_of(scenario: Scenario) -> int:
    """The position of the event recorded last."""
    return scenario.recorder.head()


def a_campaign(campaign_id: str = "c1", **changes: Any) -> dict[str, Any]:
    """create-campaign: the 百日会战 of S003A."""
    return {
        "campaign_id": campaign_id,
        "name": "百日会战",
        "kind": "百日会战",
        "level": "区",
        "owner": "u0",
        "from": "2009-07-01",
        "to": "2009-09-30",
        **changes,
    }


def a_target(target_id: str = "t1", **changes: Any) -> dict[str, Any]:
    """assign-target: 358 leads in the campaign c1."""
    return {
        "target_id": target_id,
        "assignee": "u1",
        "metric": "leads",
        "value": "358",
        "unit": "条",
        "kind": "floor",
        "period": {"from": "2009-07-01", "to": "2009-09-30"},
        "campaign_id": "c1",
        **changes,
    }
