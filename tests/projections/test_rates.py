"""The three rates of SPEC §4.2: expected figures worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from domain.model.errors import RuleBroken
from domain.model.ratio import Style
from projections.rate_rules import GroupBy
from projections.rates import rate
from tests.database import TestDatabase
from tests.projections.rated import RatedBureau, figures, rating, worked_example, yuan


@pytest.fixture
def rated(database: TestDatabase) -> Iterator[RatedBureau]:
    with rating(database) as found:
        yield found


def test_the_worked_example_of_the_spec(rated: RatedBureau) -> None:
    worked_example(rated)
    row = rated.row()
    assert row["group"] is None
    assert row["projects"] == 4
    assert row["performance"] == {
        "by": "count",
        "numerator": "3",
        "denominator": "4",
        "fraction": "3/4",
        "percent": "75",
        "printed": "75%",
        "amount": {
            "by": "amount",
            "numerator": "60000.00",
            "denominator": "100000.00",
            "fraction": "3/5",
            "percent": "60",
            "printed": "60%",
        },
    }
    assert figures(row["fund_arrival"]) == ("14000.00", "100000.00", "7/50", "14%")
    assert figures(row["fund_arrival"]["count"]) == ("2", "4", "1/2", "50%")
    assert figures(row["commencement"]) == ("2", "4", "1/2", "50%")
    assert figures(row["commencement"]["amount"]) == ("30000.00", "100000.00", "3/10", "30%")
    # a produces; a and c have companies.
    assert figures(row["production"]) == ("1", "4", "1/4", "25%")
    assert figures(row["commencement_or_production"]) == ("2", "4", "1/2", "50%")
    assert figures(row["landing"]) == ("2", "4", "1/2", "50%")
    assert figures(row["recognition"]) == ("14000.00", "14000.00", "1/1", "100%")


def printed(rated: RatedBureau, name: str, cutoff: str = "2012-12-31", **asof: Any) -> str:
    """A rate as printed by default."""
    return str(rated.row(cutoff, **asof)[name]["printed"])


def test_days_count_to_their_end_and_not_before(rated: RatedBureau) -> None:
    rated.signed("a", "2011-01-01", 100)
    rated.signed("b", "2010-12-31", 100)
    assert list(rated.members("2011-01-01")) == ["a"]
    assert list(rated.members("2010-12-31")) == []
    rated.started("a", "2012-12-31")
    assert printed(rated, "commencement", "2012-12-30") == "0%"
    assert printed(rated, "commencement", "2012-12-31") == "100%"


def test_what_is_recorded_later_counts_from_its_business_day(rated: RatedBureau) -> None:
    """Certified on 5 January for a start on 31 December: not yet at the end of the year (G7)."""
    rated.signed("a", "2012-05-01", 100)
    said: dict[str, Any] = {"project_id": "a", "on": "2012-12-31", "certifiers": ["lg1"]}
    rated.bureau.judge("certify-commencement", "2013-01-05", **said)
    assert printed(rated, "commencement", "2013-01-04") == "0%"
    assert printed(rated, "commencement", "2013-01-05") == "100%"


def test_only_verified_signings_count_and_the_latest_check_decides(rated: RatedBureau) -> None:
    rated.bureau.project("a", "u1", "2012-01-01")
    rated.bureau.signing("s1", "a", "1000000.00", "2012-01-05", campaign_id=None)
    assert rated.row()["projects"] == 0
    rated.bureau.judge("verify-signing", "2012-02-01", signing_id="s1", ok=False)
    assert rated.row()["projects"] == 0
    good = rated.bureau.judge("verify-signing", "2012-03-01", signing_id="s1", ok=True)
    assert rated.row()["projects"] == 1
    assert rated.row("2012-02-29")["projects"] == 0
    rated.bureau.revoke(good)
    assert rated.row()["projects"] == 0
    assert rated.row(known_at=good)["projects"] == 1


def test_a_project_counts_once_at_its_first_counted_signing(rated: RatedBureau) -> None:
    """An intent in 2011, an agreement for 100 and a contract for 300: the agreement is the first."""
    rated.signed("a", "2011-06-01", 50, "意向", signing_id="s0")
    rated.signing("a", "2012-02-01", 100, "协议", signing_id="s1")
    rated.signing("a", "2012-03-01", 300, signing_id="s2")
    member = rated.members()["a"]
    assert member["signed_on"] == "2012-02-01"
    assert member["contract"] == {"amount": "1000000.00", "currency": "CNY"}
    assert rated.row()["projects"] == 1


def test_a_first_signing_before_the_programme_keeps_a_later_one_out(rated: RatedBureau) -> None:
    rated.signed("a", "2010-06-01", 100)
    rated.signing("a", "2012-02-01", 500, signing_id="s2")
    assert rated.row()["projects"] == 0


def test_a_project_stands_while_one_of_its_signings_does(rated: RatedBureau) -> None:
    rated.signed("a", "2012-02-01", 100)
    rated.signing("a", "2012-03-01", 300, signing_id="s2")
    rated.registered("a", "2012-04-01")
    ended = rated.terminated("a", "2012-06-01")
    member = rated.members()["a"]
    assert member["terminated"] == {"holds": False, "positions": [ended]}
    assert member["performed"]["holds"] is True
    said: dict[str, Any] = {"signing_id": "s2", "cause": "政策", "on": "2012-07-01"}
    rated.bureau.record("terminate-signing", "2012-07-01", **said)
    assert rated.members()["a"]["performed"]["holds"] is False
    assert rated.members("2012-06-30")["a"]["performed"]["holds"] is True
    assert figures(rated.row()["performance"]) == ("0", "1", "0/1", "0%")


def test_origins_that_do_not_count_are_left_out(rated: RatedBureau) -> None:
    rated.signed("a", "2012-02-01", 100, funds_origin="本地")
    rated.signed("b", "2012-02-01", 100, funds_origin="县外")
    assert list(rated.members()) == ["b"]
    rated.bureau.rule("scope.counted_origins", ["外资", "港澳台", "省外", "市外"])
    assert list(rated.members()) == []


@pytest.mark.parametrize(
    ("rule", "performed"),
    [("any_step", "abc"), ("registered_or_funds", "ab"), ("funds_only", "b")],
)
def test_what_performed_means_is_a_rule(rated: RatedBureau, rule: str, performed: str) -> None:
    for project in "abcd":
        rated.signed(project, "2012-02-01", 100)
    rated.registered("a", "2012-03-01")
    rated.arrived("b", "2012-03-01", 1)
    rated.started("c", "2012-03-01")
    rated.bureau.rule("rate.performed", rule)
    held = [name for name, one in rated.members().items() if one["performed"]["holds"]]
    assert "".join(held) == performed


def test_a_deemed_start_counts_by_rule_only(rated: RatedBureau) -> None:
    rated.signed("a", "2012-02-01", 100)
    said = {"project_id": "a", "on": "2012-03-01", "reason": "land_blocked"}
    position = rated.bureau.judge("certify-deemed-commencement", "2012-03-01", **said)
    assert rated.members()["a"]["commenced"] == {"holds": False, "positions": []}
    rated.bureau.rule("rate.start.include_deemed", True)
    assert rated.members()["a"]["commenced"] == {"holds": True, "positions": [position]}


def test_the_contract_amount_is_that_of_the_latest_supplement_in_force(rated: RatedBureau) -> None:
    """The supplement of March was recorded after that of June, and June's is the later word."""
    rated.signed("a", "2012-01-10", 100)
    for on, funds in (("2012-06-01", 150), ("2012-03-01", 120)):
        rated.bureau.record(
            "amend-signing", on, signing_id="s-a", contract_introduced_funds=yuan(funds)
        )
    days = ("2012-02-29", "2012-03-01", "2012-06-01")
    amounts = [rated.members(day)["a"]["contract"]["amount"] for day in days]
    assert amounts == ["1000000.00", "1200000.00", "1500000.00"]


def test_an_arrival_counts_once_by_its_highest_authority(rated: RatedBureau) -> None:
    rated.signed("a", "2012-01-10", 100)
    arrival = rated.reported("a", "2012-02-01", 80)
    rated.recognised(arrival, "2012-07-01", 50, authority="市")
    assert rated.members()["a"]["arrived"]["amount"] == "500000.00"
    rated.recognised(arrival, "2012-08-01", 70, authority="县")
    assert rated.members()["a"]["arrived"]["amount"] == "500000.00"
    assert figures(rated.row()["recognition"]) == ("50.00", "80.00", "5/8", "62.5%")


def test_withdrawals_lessen_what_arrived_and_not_that_it_was_recognised(
    rated: RatedBureau,
) -> None:
    rated.signed("a", "2012-01-10", 100)
    rated.arrived("a", "2012-02-01", 80)
    said: dict[str, Any] = {"project_id": "a", "amount": yuan(80), "on": "2012-09-01"}
    rated.bureau.judge("withdraw-fund", "2012-09-01", **said)
    row = rated.row()
    assert figures(row["fund_arrival"]) == ("0.00", "100.00", "0/1", "0%")
    assert figures(row["fund_arrival"]["count"]) == ("0", "1", "0/1", "0%")
    assert figures(row["performance"]) == ("1", "1", "1/1", "100%")
    assert figures(rated.row("2012-08-31")["fund_arrival"]) == ("80.00", "100.00", "4/5", "80%")


def test_a_project_without_an_amount_is_left_out_on_both_sides(rated: RatedBureau) -> None:
    rated.signed("a", "2012-01-10", None)
    rated.arrived("a", "2012-02-01", 80)
    rated.signed("b", "2012-01-10", 200)
    row = rated.row()
    assert row["without_contract_amount"] == 1
    assert figures(row["fund_arrival"]) == ("0.00", "200.00", "0/1", "0%")
    assert figures(row["fund_arrival"]["count"]) == ("1", "2", "1/2", "50%")
    assert figures(row["performance"]["amount"]) == ("0.00", "200.00", "0/1", "0%")
    assert rated.members()["a"]["flags"] == ["缺合同额"]
    assert rated.members()["a"]["contract"] is None


def test_funds_above_the_contract_are_flagged_and_capped_by_rule_only(rated: RatedBureau) -> None:
    """200 of 100 and 0 of 100: 200/200 without a cap, 100/200 with one."""
    rated.signed("a", "2012-01-10", 100)
    rated.arrived("a", "2012-02-01", 200)
    rated.signed("b", "2012-01-10", 100)
    row = rated.row()
    assert (row["fund_arrival"]["printed"], row["above_contract"]) == ("100%", 1)
    assert rated.members()["a"]["flags"] == ["到位超合同额"]
    rated.bureau.rule("rate.cap_per_project", True)
    assert figures(rated.row()["fund_arrival"]) == ("100.00", "200.00", "1/2", "50%")


def test_counting_arrivals_in_full_is_a_rule(rated: RatedBureau) -> None:
    rated.signed("a", "2012-01-10", 100)
    rated.arrived("a", "2012-02-01", 100)
    rated.signed("b", "2012-01-10", 100)
    rated.arrived("b", "2012-02-01", "99.999999")
    assert figures(rated.row()["fund_arrival"]["count"]) == ("2", "2", "1/1", "100%")
    rated.bureau.rule("rate.count_arrival", "full")
    assert figures(rated.row()["fund_arrival"]["count"]) == ("1", "2", "1/2", "50%")


def test_contracts_at_the_rate_of_signing_arrivals_at_that_of_arrival(rated: RatedBureau) -> None:
    """USD 10,000,000 at 6.3 is 6,300 万元; USD 4,000,000 at 6.25 is 2,500; 2500/6300 = 25/63."""
    usd = {"amount": "10000000.00", "currency": "USD"}
    fx = {"rate": "6.3000", "date": "2012-01-10", "source": "中国人民银行"}
    rated.signed(
        "a", "2012-01-10", None, total_investment=usd, contract_introduced_funds=usd, fx=fx
    )
    came = {"amount": "4000000.00", "currency": "USD"}
    arrival = rated.reported("a", "2012-06-01", 0, amount=came)
    assert rated.row()["reported_without_rate"] == 1
    fx = {"rate": "6.2500", "date": "2012-06-01", "source": "中国人民银行"}
    rated.recognised(arrival, "2012-06-10", 0, amount=came, fx=fx)
    row = rated.row()
    assert figures(row["fund_arrival"]) == ("2500.00", "6300.00", "25/63", "39.7%")
    assert row["reported_without_rate"] == 0
    assert rated.members()["a"]["tier"] == "T4"
    # A supplement to USD 12,000,000 keeps the rate of the day of signing: 7,560 万元.
    more = {"amount": "12000000.00", "currency": "USD"}
    rated.bureau.record(
        "amend-signing", "2012-07-01", signing_id="s-a", contract_introduced_funds=more
    )
    assert figures(rated.row()["fund_arrival"]) == ("2500.00", "7560.00", "125/378", "33.1%")


def test_groups_and_what_they_add_up_to(rated: RatedBureau) -> None:
    worked_example(rated)
    rated.bureau.unit("u2")
    rated.bureau.campaign("c1")
    rated.signed(
        "g", "2012-07-01", 60_000, jurisdiction="u2", funds_origin="外资", campaign_id="c1"
    )

    def groups(group_by: GroupBy) -> dict[str, int]:
        return {row["group"]: row["projects"] for row in rated.rates(group_by=group_by)}

    assert groups("unit") == {"u1": 4, "u2": 1}
    assert groups("origin") == {"外资": 1, "省外": 4}
    assert groups("signing_year") == {"2011": 2, "2012": 3}
    assert groups("tier") == {"T1": 1, "T2": 3, "T3": 1}
    assert groups("campaign") == {"c1": 1, "—": 4}
    assert list(rated.members(group_by="tier", group="T2")) == ["b", "c", "d"]


def test_rules_of_another_day_give_another_answer(rated: RatedBureau) -> None:
    worked_example(rated)
    rated.bureau.rule("rate.levels", ["正式合同"], valid_from="2012-07-01")
    assert rated.row()["projects"] == 3
    assert rated.row(rules_at="2012-06-30")["projects"] == 4


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate.levels", "协议"),
        ("rate.performed", "somehow"),
        ("rate.signed_from", "昨天"),
        ("tier.t1.min", {"amount": "1", "currency": "USD"}),
        ("tier.major.foreign_min", 10),
    ],
)
def test_a_rule_that_makes_no_sense_is_told(rated: RatedBureau, key: str, value: Any) -> None:
    before = rated.bureau.projector.catch_up()
    rated.bureau.rule(key, value)
    with pytest.raises(RuleBroken, match=re.escape(key)):
        rated.row()
    assert rated.row(known_at=before)["projects"] == 0


def test_figures_of_the_sources(rated: RatedBureau) -> None:
    """S003B: 5.3 of 12.6亿 recognised is 53/126 = 42.06%; and how 渭南 and 兰洽会 print theirs."""
    rated.signed("a", "2012-01-10", 118_000)
    arrival = rated.reported("a", "2012-06-01", 126_000)
    rated.recognised(arrival, "2012-07-01", 53_000)
    row = rated.row()
    assert figures(row["recognition"]) == ("53000.00", "126000.00", "53/126", "42.1%")
    # 5.3/11.8 = 53/118 = 44.915…%
    assert figures(row["fund_arrival"]) == ("53000.00", "118000.00", "53/118", "44.9%")
    rated.bureau.rule("fmt.percent_decimals", 2)
    assert printed(rated, "recognition") == "42.06%"
    rated.bureau.rule("fmt.rounding", "DOWN")
    assert printed(rated, "fund_arrival") == "44.91%"


@pytest.mark.parametrize(
    ("numerator", "denominator", "form", "shown"),
    [
        (530_000_000, 500_000_000, Style(), "106%"),
        (1_599_000_000, 2_000_000_000, Style(decimals=0), "80%"),
        (1_599_000_000, 2_000_000_000, Style(), "80%"),
        (907, 1093, Style(decimals=2), "82.98%"),
        (279_449, 612_909, Style(decimals=2), "45.59%"),
        (401, 1093, Style(decimals=2), "36.69%"),
        (733, 1292, Style(decimals=2), "56.73%"),
        (291, 292, Style(decimals=2, rounding="DOWN"), "99.65%"),
        (61, 63, Style(decimals=2, rounding="DOWN"), "96.82%"),
        (7996, 10_000, Style(), "80%"),
        (0, 0, Style(), "—"),
        (0, 5, Style(), "0%"),
    ],
)
def test_rates_as_sources_print_them(
    numerator: int, denominator: int, form: Style, shown: str
) -> None:
    assert rate("count", numerator, denominator, form)["printed"] == shown
