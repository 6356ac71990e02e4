"""Production: in part, in full, stopped, reduced, restored."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.model.errors import NotPermitted, RuleBroken, SubjectUnknown
from domain.model.roles import Role
from domain.production import ProductionStarted, ProductionStatusChanged
from tests.domain.bodies import position_of, with_project
from tests.scenario import TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1."""
    return with_project(Scenario())


def start(kind: str = "全部", on: str = "2013-05-01") -> dict[str, Any]:
    return {"project_id": "pr1", "on": on, "kind": kind}


def change(status: str, on: str = "2013-08-01") -> dict[str, Any]:
    return {"project_id": "pr1", "on": on, "status": status}


class TestStarting:
    def test_a_project_produces_as_the_contract_writes_it(self, scenario: Scenario) -> None:
        scenario.when("start-production", **start()).then(
            (ProductionStarted, {"on": date(2013, 5, 1), "kind": "全部"})
        )
        assert scenario.recorded()[0].event.sentence().zh == "项目pr1于2013-05-01全部投产"

    def test_part_comes_before_full(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start("部分"))
        first = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "start-production", **start("全部", "2013-04-30"))
        assert refusal.position == first
        scenario.when("start-production", **start("全部", "2013-05-01")).then(ProductionStarted)

    @pytest.mark.parametrize("kinds", [("部分", "部分"), ("全部", "全部"), ("全部", "部分")])
    def test_nothing_starts_twice_or_backwards(
        self, scenario: Scenario, kinds: tuple[str, str]
    ) -> None:
        scenario.given("start-production", **start(kinds[0]))
        first = position_of(scenario)
        body = start(kinds[1], "2014-01-01")
        assert scenario.refuses(RuleBroken, "start-production", **body).position == first
        scenario.given("revoke-event", target=first, reason="误报")
        scenario.when("start-production", **body).then(ProductionStarted)

    def test_after_both_nothing_more_starts(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start("部分"))
        scenario.given("start-production", **start("全部"))
        for kind in ("部分", "全部"):
            refusal = scenario.refuses(RuleBroken, "start-production", **start(kind))
            assert refusal.position == position_of(scenario)

    def test_units_say_what_has_happened(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "start-production", by=office, **start())
        scenario.refuses(RuleBroken, "start-production", **start(on="2026-11-23"))
        scenario.refuses(SubjectUnknown, "start-production", **{**start(), "project_id": "pr9"})
        scenario.when("start-production", **start(on=str(TODAY))).then(ProductionStarted)

    def test_the_kind_is_one_of_two(self, scenario: Scenario) -> None:
        with pytest.raises(ValidationError):
            scenario.command("start-production", **start("试生产"))


class TestChanging:
    def test_nothing_changes_before_production(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(RuleBroken, "change-production-status", **change("停产"))
        assert "start-production" in refusal.en

    def test_each_change_differs_from_what_was(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start())
        started = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "change-production-status", **change("恢复"))
        assert refusal.position == started
        for status in ("减产", "停产", "恢复", "停产"):
            scenario.when("change-production-status", **change(status)).then(
                (ProductionStatusChanged, {"status": status})
            )
            refusal = scenario.refuses(RuleBroken, "change-production-status", **change(status))
            assert refusal.position == position_of(scenario)

    def test_a_revoked_change_restores_what_was(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start())
        scenario.given("change-production-status", **change("停产"))
        scenario.given("revoke-event", target=position_of(scenario), reason="误报")
        scenario.refuses(RuleBroken, "change-production-status", **change("恢复"))
        scenario.when("change-production-status", **change("停产")).then(ProductionStatusChanged)

    def test_full_production_restores(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start("部分"))
        scenario.given("change-production-status", **change("停产"))
        scenario.given("start-production", **start("全部", "2014-01-01"))
        scenario.refuses(RuleBroken, "change-production-status", **change("恢复", "2014-02-01"))
        scenario.when("change-production-status", **change("减产", "2014-02-01"))
        scenario.then(ProductionStatusChanged)

    def test_not_before_production_began_nor_in_the_future(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start())
        for day in ("2013-04-30", "2026-11-23"):
            scenario.refuses(RuleBroken, "change-production-status", **change("停产", day))
        scenario.when("change-production-status", **change("停产", "2013-05-01"))
        scenario.then(ProductionStatusChanged)

    def test_the_status_is_one_of_three_and_units_tell_it(self, scenario: Scenario) -> None:
        scenario.given("start-production", **start())
        with pytest.raises(ValidationError):
            scenario.command("change-production-status", **change("增产"))
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "change-production-status", by=office, **change("停产"))
