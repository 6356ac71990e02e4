"""The worked example of SPEC §4.4: projects a to f in a unit of their own, and one late correction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.demonstration.cast import GROUP, OFFICE, SECOND_OFFICE
from api.demonstration.step import PositionOf, Step, document, ten_thousand_yuan
from domain.companies import check_character

UNIT = "demo-x0"
CLERK = "demo-x0"
BUREAU = "demo-x0-bureau"
SET_UP = "2010-11-01"
CUTOFF = "2012-12-31"
"""The day as of which SPEC §4.4 asks."""
CORRECTION = "correction of demo-sc"
"""The last step of the story: before it project c's contract stood at 35,000 万元, since then at 30,000."""


def example() -> list[Step]:
    """The example's unit, its projects, and the correction that comes last."""
    return [*_unit(), *_a(), *_b(), *_c(), *_d(), *_e(), *_f(), _correction()]


def _told(name: str, by: str, command: str, day: str, /, **body: Any) -> Step:
    return Step(name, by, command, {"occurred_on": day, **body})


def _unit() -> Iterator[Step]:
    unit = {"unit_id": UNIT, "name": "算例县", "kind": "县市区", "parent": None}
    yield _told(f"unit {UNIT}", OFFICE, "register-unit", SET_UP, **unit)
    for account, person, role in ((CLERK, "demo-xk", "UNIT"), (BUREAU, "demo-xq", "INV")):
        body = {"account": account, "person": person, "unit": UNIT, "roles": [role]}
        yield _told(f"account {account}", OFFICE, "open-account", SET_UP, **body)


def _signed(
    letter: str, opened: str, signed: str, checked: str, level: str, funds: int
) -> list[Step]:
    """A project opened, signed for `funds` 万元, and its signing verified by others."""
    project, signing = f"demo-x{letter}", f"demo-s{letter}"
    money = ten_thousand_yuan(funds)
    return [
        _told(
            f"project {project}",
            BUREAU,
            "open-project",
            opened,
            project_id=project,
            name=f"算例项目{letter}",
            investor={"name": f"算例{letter}投资有限公司", "country": "CN"},
            kind="新建",
            funds_origin="省外",
            jurisdiction=UNIT,
            **{"class": "工业"},
        ),
        _told(
            f"signing {signing}",
            CLERK,
            "record-signing",
            signed,
            signing_id=signing,
            project_id=project,
            level=level,
            signed_on=signed,
            total_investment=money,
            contract_introduced_funds=money,
        ),
        _told(
            f"verdict on {signing}", OFFICE, "verify-signing", checked, signing_id=signing, ok=True
        ),
    ]


def _company(letter: str, on: str, capital: int) -> Step:
    code = f"91360899MA5DEMX0{letter.upper()}"
    return _told(
        f"company of {letter}",
        BUREAU,
        "register-company",
        on,
        project_id=f"demo-x{letter}",
        credit_code=code + check_character(code),
        name=f"算例{letter}实业有限公司",
        registered_capital=ten_thousand_yuan(capital),
        on=on,
    )


def _arrived(letter: str, number: int, amount: int, on: str, recognised: str) -> list[Step]:
    """Funds of so many 万元 reported by the unit with a bank slip, and recognised by the office."""
    arrival, money = f"demo-f{letter}{number}", ten_thousand_yuan(amount)
    slip = {"kind": "银行进账单", "no": f"算例进账{letter}{number}", "date": on, "amount": money}
    return [
        _told(
            f"arrival {arrival}",
            CLERK,
            "report-fund-arrival",
            on,
            arrival_id=arrival,
            project_id=f"demo-x{letter}",
            amount=money,
            received_on=on,
            origin="省外",
            form="人民币现金",
            purpose="基建",
            evidence=[slip],
        ),
        _told(
            f"recognition of {arrival}",
            SECOND_OFFICE,
            "recognise-fund-arrival",
            recognised,
            arrival_id=arrival,
            amount_recognised=money,
            authority="县",
        ),
    ]


def _started(letter: str, on: str, certified: str) -> list[Step]:
    project = f"demo-x{letter}"
    return [
        _told(
            f"start of {project} reported",
            CLERK,
            "report-commencement",
            on,
            project_id=project,
            on=on,
            works="主体厂房开工",
        ),
        _told(
            f"start of {project} certified",
            GROUP,
            "certify-commencement",
            certified,
            project_id=project,
            on=on,
            certifiers=["demo-q02"],
            site_visit_doc=document(f"算例勘{letter}号", "开工现场核查记录"),
        ),
    ]


def _producing(letter: str, on: str) -> Step:
    said = {"project_id": f"demo-x{letter}", "on": on, "kind": "全部"}
    return _told(f"production of {letter}", CLERK, "start-production", on, **said)


def _a() -> list[Step]:
    return [
        *_signed("a", "2011-01-20", "2011-03-01", "2011-03-04", "正式合同", 10_000),
        _company("a", "2011-03-28", 2_000),
        *_arrived("a", 1, 4_000, "2011-04-12", "2011-04-20"),
        *_started("a", "2011-05-10", "2011-05-18"),
        *_arrived("a", 2, 5_000, "2011-11-08", "2011-11-21"),
        _producing("a", "2012-03-15"),
    ]


def _b() -> list[Step]:
    return [
        *_signed("b", "2011-10-09", "2011-12-31", "2012-01-05", "协议", 20_000),
        _company("b", "2012-02-20", 5_000),
        *_arrived("b", 1, 5_000, "2012-06-28", "2012-07-06"),
        *_started("b", "2012-12-31", "2012-12-31"),
    ]


def _c() -> list[Step]:
    return [
        *_signed("c", "2012-03-12", "2012-05-01", "2012-05-07", "正式合同", 35_000),
        _company("c", "2012-06-15", 3_000),
    ]


def _d() -> list[Step]:
    ended = {"signing_id": "demo-sd", "cause": "投资方", "on": "2012-11-01"}
    return [
        *_signed("d", "2012-04-10", "2012-06-01", "2012-06-06", "正式合同", 40_000),
        _told("end of d", CLERK, "terminate-signing", "2012-11-01", **ended),
    ]


def _e() -> list[Step]:
    return [
        *_signed("e", "2010-11-15", "2010-12-31", "2011-01-06", "正式合同", 50_000),
        _company("e", "2011-01-25", 10_000),
        *_arrived("e", 1, 50_000, "2011-09-01", "2011-09-09"),
        *_started("e", "2011-02-28", "2011-03-10"),
        _producing("e", "2012-05-20"),
    ]


def _f() -> list[Step]:
    return _signed("f", "2012-01-10", "2012-02-01", "2012-02-06", "意向", 60_000)


def _correction() -> Step:
    money = ten_thousand_yuan(30_000)
    return _told(
        CORRECTION,
        OFFICE,
        "correct-event",
        "2013-01-15",
        target=PositionOf("signing demo-sc"),
        changes={"contract_introduced_funds": money, "total_investment": money},
        reason="年终核对合同原件：引进资金为3亿元，登记为3.5亿元有误",
    )
