"""The exchanges of CONTRACT.md in an order in which each can be recorded, by the accounts it takes.

`clerk` reports and registers, `judge` certifies, `li` is the person p1; where the contract's order
names a subject twice, the later body bears another id.
"""

from __future__ import annotations

from typing import Any

from domain.model.roles import Role

Exchange = tuple[str, str, dict[str, Any]]

ACCOUNTS = {
    "clerk": (Role.LGO, Role.LG, Role.UNIT, Role.TEAM, Role.INV, Role.CPC, Role.SYN, Role.ORG),
    "judge": (Role.LGO, Role.LG, Role.INV, Role.FIN, Role.AUD, Role.DEPT, Role.CPC, Role.SUP),
    "li": (Role.PART,),
}
PERSONS = {"clerk": "p2", "judge": "p3", "li": "p1"}


def yuan(amount: str) -> dict[str, str]:
    """An amount in CNY."""
    return {"amount": amount, "currency": "CNY"}


INVESTOR = {"name": "华盛电子有限公司", "country": "CN"}
DOC = {"no": "县招〔2012〕1号", "title": "关于认定的通知"}
SLIP = {
    "kind": "银行进账单",
    "no": "0001",
    "date": "2012-06-28",
    "amount": yuan("1000000.00"),
    "sha256": None,
}
TESTS = dict.fromkeys(
    ["has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"], True
)


def arrival(arrival_id: str, slip: str) -> dict[str, Any]:
    """report-fund-arrival."""
    return {
        "arrival_id": arrival_id,
        "project_id": "pr1",
        "amount": yuan("1000000.00"),
        "received_on": "2012-06-28",
        "origin": "省外",
        "form": "人民币现金",
        "is_cash_fx": False,
        "purpose": "基建",
        "evidence": [{**SLIP, "no": slip}],
    }


def signing(signing_id: str) -> dict[str, Any]:
    """record-signing."""
    return {
        "signing_id": signing_id,
        "project_id": "pr1",
        "level": "正式合同",
        "signed_on": "2012-05-01",
        "total_investment": yuan("100000000.00"),
        "contract_introduced_funds": yuan("80000000.00"),
        "fixed_asset_investment": yuan("60000000.00"),
        "fx": None,
    }


EXCHANGES: list[Exchange] = [
    (
        "clerk",
        "register-unit",
        {"unit_id": "u1", "name": "河东乡", "kind": "乡镇", "parent": None},
    ),
    (
        "clerk",
        "register-participant",
        {"participant_id": "p1", "name": "李某", "kind": "镇干部", "unit_id": "u1"},
    ),
    ("clerk", "hold-post", {"person": "p1", "unit_id": "u1", "post": "党委书记"}),
    (
        "clerk",
        "create-campaign",
        {
            "campaign_id": "c1",
            "name": "百日会战",
            "kind": "百日会战",
            "level": "区",
            "owner": "u1",
            "from": "2012-01-01",
            "to": "2012-12-31",
        },
    ),
    (
        "clerk",
        "assign-target",
        {
            "target_id": "t1",
            "assignee": "u1",
            "metric": "leads",
            "value": "358",
            "unit": "条",
            "kind": "floor",
            "period": {"from": "2012-01-01", "to": "2012-12-31"},
            "campaign_id": "c1",
        },
    ),
    (
        "clerk",
        "set-rule-parameter",
        {
            "key": "rate.levels",
            "value": ["协议", "正式合同"],
            "valid_from": "2011-01-01",
            "valid_to": None,
            "doc": DOC,
            "note": None,
        },
    ),
    (
        "li",
        "register-lead",
        {
            "lead_id": "l1",
            "kind": "投资",
            "registrant": "p1",
            "channel": "以商招商",
            "investor": {**INVESTOR, "credit_code": None},
            "intended_project": "电子元件",
            "industry": "工业",
            "est_investment": yuan("50000000.00"),
            "disclosed_publicly": False,
        },
    ),
    ("judge", "verify-lead", {"lead_id": "l1", "valuable": True, "tests": TESTS}),
    (
        "clerk",
        "visit-enterprise",
        {"enterprise": "华盛电子", "direction": "外出", "purpose": "推介", "led_by": "p1"},
    ),
    (
        "clerk",
        "hold-site-inspection",
        {
            "investor": INVESTOR,
            "delegates": 3,
            "by_unit": "u1",
            "received_by": "p1",
            "sites": ["工业园"],
        },
    ),
    (
        "clerk",
        "record-contact",
        {
            "contact_id": "k1",
            "investor": INVESTOR,
            "direction": "out",
            "mode": "上门拜访",
            "led_by": "p1",
            "participants": ["p1"],
            "summary": "面谈",
        },
    ),
    (
        "clerk",
        "open-project",
        {
            "project_id": "pr1",
            "name": "电子元件",
            "class": "工业",
            "kind": "新建",
            "investor": INVESTOR,
            "funds_origin": "省外",
            "jurisdiction": "u1",
            "high_tech": False,
            "lead_id": "l1",
        },
    ),
    (
        "clerk",
        "hold-negotiation",
        {"project_id": "pr1", "parties": ["华盛电子"], "stage": "意向", "summary": "商谈用地"},
    ),
    ("clerk", "record-signing", signing("s1")),
    ("judge", "verify-signing", {"signing_id": "s1", "ok": True}),
    (
        "clerk",
        "amend-signing",
        {"signing_id": "s1", "contract_introduced_funds": yuan("70000000.00")},
    ),
    (
        "clerk",
        "register-company",
        {
            "project_id": "pr1",
            "credit_code": "91310000MA1K30A27G",
            "name": "华盛电子（河东）有限公司",
            "registered_capital": yuan("10000000.00"),
            "on": "2012-06-01",
        },
    ),
    ("clerk", "report-fund-arrival", arrival("a1", "0001")),
    (
        "judge",
        "recognise-fund-arrival",
        {
            "arrival_id": "a1",
            "amount_recognised": yuan("1000000.00"),
            "fx": None,
            "authority": "县",
        },
    ),
    ("clerk", "report-fund-arrival", arrival("a2", "0002")),
    ("judge", "refuse-fund-arrival", {"arrival_id": "a2", "ground": "无凭证"}),
    (
        "clerk",
        "report-commencement",
        {"project_id": "pr1", "on": "2012-12-31", "works": "厂房基础"},
    ),
    (
        "judge",
        "certify-commencement",
        {
            "project_id": "pr1",
            "on": "2012-12-31",
            "certifiers": ["p9"],
            "site_visit_doc": DOC,
        },
    ),
    ("clerk", "start-production", {"project_id": "pr1", "on": "2013-05-01", "kind": "全部"}),
    (
        "clerk",
        "receive-complaint",
        {
            "complaint_id": "x1",
            "enterprise": "华盛电子",
            "against": "供电所",
            "kind": "服务",
            "channel": "电话",
            "content": "多次停电",
            "anonymous": False,
            "complainant": "王某",
        },
    ),
    ("clerk", "terminate-signing", {"signing_id": "s1", "cause": "投资方", "on": "2013-11-01"}),
]


def occurred(name: str, body: dict[str, Any]) -> str:
    """A business date that suits: the day the body itself names, else one before all of them."""
    return str(body.get("on") or body.get("received_on") or body.get("signed_on") or "2012-03-01")
