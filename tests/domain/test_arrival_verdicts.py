"""Recognising and refusing arrivals: who may, how much, in which money."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.funds import (
    FundArrivalPartlyRefused,
    FundArrivalRecognised,
    FundArrivalRefused,
)
from domain.model.errors import DutiesNotSeparated, NotPermitted, RuleBroken, SubjectUnknown
from domain.model.money import Money
from domain.model.roles import Actor, Role
from tests.domain.bodies import an_arrival, dollars, fx, position_of, with_project, yuan
from tests.scenario import CLERK, JUDGE, Scenario, actor

OFFICE = actor("office", Role.LGO)
CITY = actor("city", Role.CITY)
OPENING = actor("opening", Role.COO)


@pytest.fixture
def scenario() -> Scenario:
    """The clerk reported arrival a1 of project pr1, 1000.00元, and a2, 1000.00 USD."""
    prepared = with_project(Scenario(), "pr1", "pr2")
    prepared.given("report-fund-arrival", **an_arrival("a1"))
    return prepared.given("report-fund-arrival", **an_arrival("a2", currency="USD"))


def verdict(amount: str = "1000.00", authority: str = "县", **changes: Any) -> dict[str, Any]:
    """recognise-fund-arrival of a1."""
    return {
        "arrival_id": "a1",
        "amount_recognised": yuan(amount),
        "authority": authority,
        **changes,
    }


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


class TestWhoRecognises:
    @pytest.mark.parametrize(
        ("by", "authority", "role"),
        [
            (OFFICE, "县", "LGO"),
            (OFFICE, "区", "LGO"),
            (CITY, "市", "CITY"),
            (OPENING, "市", "COO"),
        ],
    )
    def test_each_authority_through_its_office(
        self, scenario: Scenario, by: Actor, authority: str, role: str
    ) -> None:
        scenario.when("recognise-fund-arrival", by=by, **verdict(authority=authority)).then(
            (FundArrivalRecognised, {"project_id": "pr1", "authority": authority})
        )
        assert scenario.recorded()[0].actor.role == role
        assert {"arrival:a1", "project:pr1"} == set(scenario.recorded()[0].tags)

    @pytest.mark.parametrize(
        ("by", "authority", "needed"),
        [(OFFICE, "市", "CITY, COO"), (CITY, "县", "LGO"), (OPENING, "区", "LGO")],
    )
    def test_and_through_no_other(
        self, scenario: Scenario, by: Actor, authority: str, needed: str
    ) -> None:
        refusal = scenario.refuses(
            NotPermitted, "recognise-fund-arrival", by=by, **verdict(authority=authority)
        )
        assert needed in refusal.en

    def test_who_holds_both_offices_speaks_for_the_one_asked_for(self, scenario: Scenario) -> None:
        both = actor("both", Role.LGO, Role.COO)
        scenario.when("recognise-fund-arrival", by=both, **verdict(authority="市"))
        assert scenario.recorded()[0].actor.role == "COO"

    def test_units_do_not(self, scenario: Scenario) -> None:
        unit = actor("li", Role.UNIT)
        scenario.refuses(NotPermitted, "recognise-fund-arrival", by=unit, **verdict())

    def test_nobody_recognises_what_they_reported(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            DutiesNotSeparated, "recognise-fund-arrival", by=CLERK, **verdict()
        )
        assert refusal.position == position_of(scenario) - 1
        second = Actor("second", "clerk", "u0", frozenset({Role.LGO}))
        scenario.refuses(DutiesNotSeparated, "recognise-fund-arrival", by=second, **verdict())

    def test_nor_what_was_reported_for_them(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", on_behalf_of="office", **an_arrival("a3"))
        body = verdict(arrival_id="a3")
        scenario.refuses(DutiesNotSeparated, "recognise-fund-arrival", by=OFFICE, **body)
        scenario.when("recognise-fund-arrival", by=JUDGE, **body).then(FundArrivalRecognised)

    def test_nor_refuses_it(self, scenario: Scenario) -> None:
        scenario.refuses(
            DutiesNotSeparated, "refuse-fund-arrival", by=CLERK, arrival_id="a1", ground="虚报"
        )
        scenario.refuses(
            DutiesNotSeparated,
            "partly-refuse-fund-arrival",
            by=CLERK,
            arrival_id="a1",
            refused_amount=yuan("1.00"),
            ground="虚报",
        )

    def test_an_arrival_must_be_on_record(self, scenario: Scenario) -> None:
        body = verdict(arrival_id="a9")
        scenario.refuses(SubjectUnknown, "recognise-fund-arrival", by=OFFICE, **body)
        scenario.given("revoke-event", target=position_of(scenario) - 1, reason="报错")
        scenario.refuses(SubjectUnknown, "recognise-fund-arrival", by=OFFICE, **verdict())


class TestHowMuch:
    @pytest.mark.parametrize("amount", ["1000.00", "999.99", "0.01"])
    def test_up_to_what_was_reported(self, scenario: Scenario, amount: str) -> None:
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict(amount))
        scenario.then(FundArrivalRecognised)

    def test_one_fen_more_is_refused(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            RuleBroken, "recognise-fund-arrival", by=OFFICE, **verdict("1000.01")
        )
        assert "1000.00" in refusal.en
        assert refusal.position == position_of(scenario) - 1

    def test_nothing_is_no_recognition(self, scenario: Scenario) -> None:
        with pytest.raises(ValidationError):
            scenario.command("recognise-fund-arrival", by=OFFICE, **verdict("0.00"))

    def test_what_was_refused_cannot_be_recognised(self, scenario: Scenario) -> None:
        scenario.given(
            "partly-refuse-fund-arrival",
            by=OFFICE,
            arrival_id="a1",
            refused_amount=yuan("300.00"),
            ground="非外来资金",
        )
        refusal = scenario.refuses(
            RuleBroken, "recognise-fund-arrival", by=OFFICE, **verdict("700.01")
        )
        assert "700.00" in refusal.zh
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict("700.00"))
        scenario.then(FundArrivalRecognised)

    def test_a_corrected_report_moves_the_limit(self, scenario: Scenario) -> None:
        report = position_of(scenario) - 1
        for amount in ("800.00", "900.00"):
            scenario.given(
                "correct-event", target=report, changes={"amount": yuan(amount)}, reason="核对"
            )
        scenario.refuses(RuleBroken, "recognise-fund-arrival", by=OFFICE, **verdict("900.01"))
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict("900.00"))
        scenario.then(FundArrivalRecognised)

    def test_each_level_recognises_once(self, scenario: Scenario) -> None:
        scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("400.00"))
        county = position_of(scenario)
        for authority in ("县", "区"):
            refusal = scenario.refuses(
                RuleBroken, "recognise-fund-arrival", by=JUDGE, **verdict("1.00", authority)
            )
            assert refusal.position == county
        scenario.given("recognise-fund-arrival", by=CITY, **verdict("1000.00", "市"))
        refusal = scenario.refuses(
            RuleBroken, "recognise-fund-arrival", by=OPENING, **verdict("1.00", "市")
        )
        assert refusal.position == position_of(scenario)

    def test_a_revoked_recognition_makes_room_for_another(self, scenario: Scenario) -> None:
        scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("400.00"))
        scenario.given("revoke-event", target=position_of(scenario), reason="金额有误")
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict("500.00"))
        scenario.then(FundArrivalRecognised)

    def test_a_period_may_be_named(self, scenario: Scenario) -> None:
        june = {"from": "2012-06-01", "to": "2012-06-30"}
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict(period=june))
        event = scenario.recorded()[0].event
        assert isinstance(event, FundArrivalRecognised)
        assert event.model_dump(mode="json", by_alias=True)["period"] == june


class TestForeignMoney:
    def foreign(self, amount: str = "1000.00", **changes: Any) -> dict[str, Any]:
        return verdict(arrival_id="a2", amount_recognised=dollars(amount), **changes)

    def test_it_is_recognised_in_its_own_currency_with_the_rate(self, scenario: Scenario) -> None:
        rate = fx("6.3000", "2012-06-28")
        scenario.refuses(
            RuleBroken,
            "recognise-fund-arrival",
            by=OFFICE,
            **verdict("6300.00", arrival_id="a2"),
        )
        refusal = scenario.refuses(
            RuleBroken, "recognise-fund-arrival", by=OFFICE, **self.foreign()
        )
        assert refusal.clause == "SPEC G11"
        scenario.when("recognise-fund-arrival", by=OFFICE, **self.foreign(fx=rate)).then(
            (FundArrivalRecognised, {"cny_equiv": 630_000})
        )
        assert warned(scenario) == []

    def test_a_rate_of_another_day_is_warned_about(self, scenario: Scenario) -> None:
        rate = fx("6.3000", "2012-06-29")
        scenario.when("recognise-fund-arrival", by=OFFICE, **self.foreign(fx=rate))
        scenario.then(FundArrivalRecognised)
        assert warned(scenario) == ["fx.arrival_rate"]

    def test_yuan_take_no_rate(self, scenario: Scenario) -> None:
        rate = fx("1.0000", "2012-06-28")
        scenario.refuses(RuleBroken, "recognise-fund-arrival", by=OFFICE, **verdict(fx=rate))

    def test_its_refusal_is_in_its_currency_too(self, scenario: Scenario) -> None:
        body = {"arrival_id": "a2", "ground": "超期"}
        scenario.refuses(
            RuleBroken,
            "partly-refuse-fund-arrival",
            by=OFFICE,
            refused_amount=yuan("1.00"),
            **body,
        )
        scenario.when(
            "partly-refuse-fund-arrival", by=OFFICE, refused_amount=dollars("1.00"), **body
        ).then(FundArrivalPartlyRefused)


class TestRefusing:
    def partly(self, amount: str, **changes: Any) -> dict[str, Any]:
        return {
            "arrival_id": "a1",
            "refused_amount": yuan(amount),
            "ground": "虚报",
            **changes,
        }

    def test_part_of_it_up_to_what_is_open(self, scenario: Scenario) -> None:
        scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("600.00"))
        refusal = scenario.refuses(
            RuleBroken, "partly-refuse-fund-arrival", by=OFFICE, **self.partly("400.01")
        )
        assert "400.00" in refusal.en
        scenario.given("partly-refuse-fund-arrival", by=OFFICE, **self.partly("150.00"))
        scenario.refuses(
            RuleBroken, "partly-refuse-fund-arrival", by=OFFICE, **self.partly("250.01")
        )
        scenario.when("partly-refuse-fund-arrival", by=CITY, **self.partly("250.00")).then(
            (FundArrivalPartlyRefused, {"project_id": "pr1", "ground": "虚报"})
        )
        scenario.refuses(RuleBroken, "partly-refuse-fund-arrival", by=OFFICE, **self.partly("0.01"))

    def test_what_any_authority_recognised_stays(self, scenario: Scenario) -> None:
        scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("600.00"))
        scenario.given("recognise-fund-arrival", by=CITY, **verdict("800.00", "市"))
        scenario.refuses(RuleBroken, "partly-refuse-fund-arrival", by=CITY, **self.partly("200.01"))
        scenario.when("partly-refuse-fund-arrival", by=CITY, **self.partly("200.00"))
        scenario.then(FundArrivalPartlyRefused)

    def test_all_of_it_says_how_much_that_is(self, scenario: Scenario) -> None:
        scenario.when("refuse-fund-arrival", by=OFFICE, arrival_id="a1", ground="无凭证").then(
            (
                FundArrivalRefused,
                {
                    "project_id": "pr1",
                    "refused_amount": Money(currency="CNY", minor=100_000),
                    "ground": "无凭证",
                },
            )
        )

    def test_all_that_is_left_after_a_part(self, scenario: Scenario) -> None:
        scenario.given("partly-refuse-fund-arrival", by=OFFICE, **self.partly("300.00"))
        scenario.when("refuse-fund-arrival", by=OFFICE, arrival_id="a1", ground="重复").then(
            (FundArrivalRefused, {"refused_amount": Money(currency="CNY", minor=70_000)})
        )

    def test_nothing_follows_a_full_refusal_until_it_is_revoked(self, scenario: Scenario) -> None:
        scenario.given("refuse-fund-arrival", by=OFFICE, arrival_id="a1", ground="无凭证")
        end = position_of(scenario)
        attempts: list[tuple[str, dict[str, Any]]] = [
            ("recognise-fund-arrival", verdict("0.01")),
            ("partly-refuse-fund-arrival", self.partly("0.01")),
            ("refuse-fund-arrival", {"arrival_id": "a1", "ground": "重复"}),
        ]
        for slug, body in attempts:
            assert scenario.refuses(RuleBroken, slug, by=OFFICE, **body).position == end
        scenario.given("revoke-event", target=end, reason="凭证已补")
        scenario.when("recognise-fund-arrival", by=OFFICE, **verdict())
        scenario.then(FundArrivalRecognised)

    def test_the_whole_in_parts_is_a_full_refusal_as_well(self, scenario: Scenario) -> None:
        scenario.given("partly-refuse-fund-arrival", by=OFFICE, **self.partly("1000.00"))
        refusal = scenario.refuses(
            RuleBroken, "recognise-fund-arrival", by=OFFICE, **verdict("0.01")
        )
        assert refusal.position == position_of(scenario)

    def test_what_is_recognised_is_not_refused_whole(self, scenario: Scenario) -> None:
        scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("0.01"))
        recognition = position_of(scenario)
        body = {"arrival_id": "a1", "ground": "虚报"}
        refusal = scenario.refuses(RuleBroken, "refuse-fund-arrival", by=CITY, **body)
        assert refusal.position == recognition
        scenario.given("revoke-event", target=recognition, reason="误认")
        scenario.when("refuse-fund-arrival", by=CITY, **body).then(FundArrivalRefused)

    def test_grounds_and_roles_are_those_of_the_catalogue(self, scenario: Scenario) -> None:
        with pytest.raises(ValidationError):
            scenario.command("refuse-fund-arrival", by=OFFICE, arrival_id="a1", ground="其他")
        body = {"arrival_id": "a1", "ground": "超期"}
        scenario.refuses(NotPermitted, "refuse-fund-arrival", by=OPENING, **body)
        scenario.when("refuse-fund-arrival", by=CITY, **body).then(FundArrivalRefused)
