"""Ledgers: which projects and arrivals they list, and what stands under each heading (SPEC §7, §9.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from projections import ledger
from projections.ledger import LEDGERS, Line
from projections.ledger_columns import ten_thousands
from tests.database import TestDatabase
from tests.projections.rated import RatedBureau, rating, worked_example, yuan


@pytest.fixture
def rated(database: TestDatabase) -> Iterator[RatedBureau]:
    with rating(database) as found:
        yield found


def lines(rated: RatedBureau, name: str, cutoff: str = "2012-12-31", **more: Any) -> list[Line]:
    known_at = more.pop("known_at", None)
    with rated.bureau.asked(cutoff, known_at=known_at) as (connection, as_of):
        return LEDGERS[name].lines(connection, as_of, **more)


def rows(rated: RatedBureau, name: str, **more: Any) -> dict[Any, dict[str, str | None]]:
    headings = LEDGERS[name].headings
    return {x.key: dict(zip(headings, x.cells, strict=True)) for x in lines(rated, name, **more)}


def foreign(amount: str, currency: str = "USD", rate: str = "6.3") -> dict[str, Any]:
    """The terms of a signing in a foreign currency."""
    money = {"amount": amount, "currency": currency}
    fx = {"rate": rate, "date": "2012-05-01", "source": "中国人民银行"}
    return {"total_investment": money, "contract_introduced_funds": money, "fx": fx}


def test_signed_projects_are_those_of_counted_signings_whenever_signed(rated: RatedBureau) -> None:
    worked_example(rated)
    found = rows(rated, "signed-projects")
    assert list(found) == ["a", "b", "c", "d", "e"]
    a = found["a"]
    assert a["项目名称"] == "项目a"
    assert a["责任单位"] == "单位u1（u1）"
    assert (a["总投资(万元)"], a["合同引进资金(万元)"]) == ("10000", "10000")
    assert (a["签约日期"], a["签约类型"]) == ("2011-03-01", "正式合同")
    assert a["公司注册名称、注册日期、注册资本"] == "a公司、2011-03-20、100万元"
    assert (a["累计认定到位资金(万元)"], a["资金到位率(%)"]) == ("9000", "90%")
    assert (a["是否履约"], a["是否开工"], a["投产日期"]) == ("是", "是", "2012-03-15")
    assert a["督查层级"] == "T3"
    assert (found["d"]["是否履约"], found["d"]["形象进度/项目进展情况"]) == ("否", "终止")
    assert found["b"]["实际开工(认定)日期"] == "2012-12-31"
    assert rows(rated, "signed-projects", cutoff="2012-12-30")["b"]["实际开工(认定)日期"] is None


@pytest.mark.parametrize(
    ("origin", "terms", "tiers"),
    [
        ("省外", {"total_investment": yuan("9999.999999")}, "T4"),
        ("省外", {"total_investment": yuan(10_000)}, "T3"),
        ("省外", {"total_investment": yuan(20_000)}, "T2"),
        ("省外", {"total_investment": yuan("29999.999999")}, "T2"),
        ("省外", {"total_investment": yuan(30_000)}, "T2、TM"),
        ("市外", {"total_investment": yuan(30_000)}, "T2"),
        ("省外", {"total_investment": yuan(50_000)}, "T1、TM"),
        ("外资", foreign("10000000.00"), "T4、TM"),
        ("港澳台", foreign("10000000.00"), "T4、TM"),
        ("外资", foreign("9999999.99"), "T4"),
        ("省外", {"total_investment": None}, "未定"),
    ],
)
def test_tiers_at_their_thresholds(
    rated: RatedBureau, origin: str, terms: dict[str, Any], tiers: str
) -> None:
    rated.signed("a", "2012-05-01", 100, funds_origin=origin, **terms)
    assert rows(rated, "signed-projects")["a"]["督查层级"] == tiers
    assert list(rows(rated, "major-projects")) == (["a"] if "TM" in tiers else [])


def test_the_boundary_rule_can_send_an_exact_amount_down(rated: RatedBureau) -> None:
    rated.signed("a", "2012-05-01", 10_000)
    rated.bureau.rule("tier.boundary", "down")
    assert rows(rated, "signed-projects")["a"]["督查层级"] == "T4"


def test_rows_come_in_pages_however_projects_are_looked_into(
    rated: RatedBureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_example(rated)
    monkeypatch.setattr(ledger, "CHUNK", 2)
    assert [x.key for x in lines(rated, "signed-projects", limit=3)] == ["a", "b", "c"]
    assert [x.key for x in lines(rated, "signed-projects", after="c", limit=3)] == ["d", "e"]
    # e is beyond two projects that are not 重大.
    assert [x.key for x in lines(rated, "major-projects", limit=9)] == ["c", "d", "e"]


def test_funds_stand_as_reported_beside_as_recognised(rated: RatedBureau) -> None:
    rated.signed("a", "2011-03-01", 10_000)
    arrival = rated.reported("a", "2011-04-01", 3_000, arrival_id="x1")
    rated.recognised(arrival, "2011-05-01", 2_500)
    city = rated.recognised(arrival, "2011-06-01", 2_400, authority="市")
    refused = {"arrival_id": "x1", "refused_amount": yuan(100), "ground": "非外来资金"}
    rated.bureau.judge("partly-refuse-fund-arrival", "2011-06-02", **refused)
    (row,) = rows(rated, "funds").values()
    assert row == {
        "到位编号": "x1",
        "项目编号": "a",
        "项目名称": "项目a",
        "所在单位": "单位u1（u1）",
        "到资日期": "2011-04-01",
        "资金来源": "省外",
        "形式": "设备实物",
        "是否现汇": "否",
        "用途": "设备",
        "币种": "CNY",
        "上报金额": "30000000.00",
        "认定金额": "24000000.00",
        "核减金额": "1000000.00",
        "核减原因": "非外来资金",
        "上报折合(万元)": "3000.00",
        "认定折合(万元)": "2400.00",
        "认定机关": "市",
        "认定日期": "2011-06-01",
    }
    (line,) = lines(rated, "funds")
    assert line.positions == (line.key, city, city + 1)
    (before,) = rows(rated, "funds", cutoff="2011-05-31").values()
    assert (before["认定金额"], before["认定机关"], before["核减金额"]) == (
        "25000000.00",
        "县",
        None,
    )


def test_a_foreign_arrival_takes_the_rate_of_its_recognition(rated: RatedBureau) -> None:
    rated.signed("a", "2011-03-01", 10_000, funds_origin="外资")
    amount = {"amount": "1000000.00", "currency": "USD"}
    arrival = rated.reported("a", "2011-04-01", 0, amount=amount)
    (row,) = rows(rated, "funds").values()
    assert (row["上报金额"], row["上报折合(万元)"], row["认定金额"]) == ("1000000.00", None, None)
    fx = {"rate": "6.5483", "date": "2011-04-01", "source": "中国人民银行"}
    rated.recognised(arrival, "2011-05-01", 0, amount={**amount, "amount": "500000.00"}, fx=fx)
    (row,) = rows(rated, "funds").values()
    assert (row["上报折合(万元)"], row["认定折合(万元)"]) == ("654.83", "327.42")


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        ({"amount": "929000000.00", "currency": "CNY"}, "92900"),
        ({"amount": "123.45", "currency": "CNY"}, "0.012345"),
        ({"amount": "10000000.00", "currency": "USD"}, "1000万美元"),
        ({"amount": "1000000", "currency": "JPY"}, "100万日元"),
        ({"amount": "-5000.00", "currency": "CNY"}, "-0.5"),
        ({"amount": "0.00", "currency": "CNY"}, "0"),
        (None, None),
    ],
)
def test_amounts_in_ten_thousands_are_exact(money: Any, shown: str | None) -> None:
    assert ten_thousands(money) == shown
