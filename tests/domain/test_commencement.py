"""Commencement: reported, then certified or refused by others; deemed for the award."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.commencement import (
    CommencementCertified,
    CommencementDeadlineSet,
    CommencementRefused,
    CommencementReported,
    DeemedCommencementCertified,
)
from domain.model.errors import DutiesNotSeparated, NotPermitted, RuleBroken, SubjectUnknown
from domain.model.roles import Actor, Role
from tests.domain.bodies import position_of, with_project
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor

REPORT: dict[str, Any] = {"project_id": "pr1", "on": "2012-12-31", "works": "厂房基础开挖"}
REFUSAL: dict[str, Any] = {"project_id": "pr1", "ground": "现场未见施工"}
DEEMED: dict[str, Any] = {"project_id": "pr1", "on": "2012-12-31", "reason": "land_blocked"}


def certificate(*certifiers: str, on: str = "2012-12-31") -> dict[str, Any]:
    """certify-commencement of pr1."""
    return {
        "project_id": "pr1",
        "on": on,
        "certifiers": list(certifiers or ("p9",)),
        "site_visit_doc": {"no": "勘验1号", "title": "现场勘验记录"},
    }


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1."""
    return with_project(Scenario())


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


class TestDeadline:
    def test_the_office_sets_it_and_sets_it_anew(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        for day in ("2012-10-01", "2012-12-01"):
            scenario.when("set-commencement-deadline", by=office, project_id="pr1", due=day)
            scenario.then((CommencementDeadlineSet, {"due": date.fromisoformat(day)}))

    def test_others_do_not(self, scenario: Scenario) -> None:
        body: dict[str, Any] = {"project_id": "pr1", "due": "2012-12-01"}
        unit = actor("li", Role.UNIT)
        scenario.refuses(NotPermitted, "set-commencement-deadline", by=unit, **body)
        scenario.refuses(
            SubjectUnknown, "set-commencement-deadline", **{**body, "project_id": "pr9"}
        )


class TestReporting:
    def test_a_start_is_reported(self, scenario: Scenario) -> None:
        scenario.when("report-commencement", **REPORT, photos=[{"no": "照片1"}]).then(
            (CommencementReported, {"on": date(2012, 12, 31), "works": "厂房基础开挖"})
        )

    def test_one_report_is_open_at_a_time(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", **REPORT)
        first = position_of(scenario)
        assert scenario.refuses(RuleBroken, "report-commencement", **REPORT).position == first
        scenario.given("revoke-event", target=first, reason="误报")
        scenario.when("report-commencement", **REPORT).then(CommencementReported)

    def test_after_a_refusal_it_may_be_reported_again(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", **REPORT)
        scenario.given("refuse-commencement", by=JUDGE, **REFUSAL)
        scenario.when("report-commencement", **REPORT).then(CommencementReported)

    def test_not_after_certification(self, scenario: Scenario) -> None:
        scenario.given("certify-commencement", **certificate())
        refusal = scenario.refuses(RuleBroken, "report-commencement", **REPORT)
        assert refusal.position == position_of(scenario)

    def test_units_and_participants_report_what_has_happened(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "report-commencement", by=office, **REPORT)
        ahead = {**REPORT, "on": "2026-11-23"}
        scenario.refuses(RuleBroken, "report-commencement", **ahead)
        scenario.when("report-commencement", **{**REPORT, "on": str(TODAY)})
        scenario.then(CommencementReported)


class TestCertifying:
    def test_the_leading_group_certifies_what_others_reported(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.when("certify-commencement", by=JUDGE, **certificate("p9", "p8")).then(
            (CommencementCertified, {"on": date(2012, 12, 31), "certifiers": ("p9", "p8")})
        )
        assert warned(scenario) == []
        assert set(scenario.recorded()[0].tags) == {
            "project:pr1",
            "participant:p9",
            "participant:p8",
        }
        assert scenario.recorded()[0].event.sentence().en == (
            "Project pr1 certified to have started on 2012-12-31, by p9, p8"
        )

    def test_without_a_report_it_warns(self, scenario: Scenario) -> None:
        scenario.when("certify-commencement", **certificate()).then(CommencementCertified)
        assert warned(scenario) == ["commencement.report_first"]

    def test_after_a_refused_report_it_warns_as_well(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.given("refuse-commencement", by=JUDGE, **REFUSAL)
        scenario.when("certify-commencement", by=JUDGE, **certificate())
        scenario.then(CommencementCertified)
        assert warned(scenario) == ["commencement.report_first"]

    def test_the_reporter_does_not_certify(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        report = position_of(scenario)
        refusal = scenario.refuses(
            DutiesNotSeparated, "certify-commencement", by=CLERK, **certificate()
        )
        assert refusal.position == report
        same_person = Actor("second", "clerk", "u0", frozenset({Role.LG}))
        same_account = Actor("clerk", "zhao", "u0", frozenset({Role.LG}))
        for one in (same_person, same_account):
            scenario.refuses(DutiesNotSeparated, "certify-commencement", by=one, **certificate())

    def test_nor_does_whoever_it_was_reported_for(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, on_behalf_of="judge", **REPORT)
        scenario.refuses(DutiesNotSeparated, "certify-commencement", by=JUDGE, **certificate())

    @pytest.mark.parametrize("reporter", ["clerk", "p7"])
    def test_nor_stands_among_the_certifiers(self, scenario: Scenario, reporter: str) -> None:
        scenario.given("report-commencement", by=CLERK, on_behalf_of="p7", **REPORT)
        refusal = scenario.refuses(
            DutiesNotSeparated, "certify-commencement", by=JUDGE, **certificate("p9", reporter)
        )
        assert reporter in refusal.zh
        scenario.when("certify-commencement", by=JUDGE, **certificate("p9"))
        scenario.then(CommencementCertified)

    def test_a_refused_report_still_bars_its_reporter(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=JUDGE, **REPORT)
        scenario.given("refuse-commencement", by=actor("third", Role.LG), **REFUSAL)
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.refuses(DutiesNotSeparated, "certify-commencement", by=JUDGE, **certificate())
        scenario.refuses(
            DutiesNotSeparated,
            "certify-commencement",
            by=actor("third", Role.LG),
            **certificate("judge"),
        )

    def test_once_unless_revoked(self, scenario: Scenario) -> None:
        scenario.given("certify-commencement", **certificate())
        first = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "certify-commencement", **certificate())
        assert refusal.position == first
        scenario.given("revoke-event", target=first, reason="误认")
        scenario.when("certify-commencement", **certificate()).then(CommencementCertified)

    @pytest.mark.parametrize("certifiers", [[], ["p9", "p9"]])
    def test_by_somebody_and_each_once(self, scenario: Scenario, certifiers: list[str]) -> None:
        body = {**certificate(), "certifiers": certifiers}
        with pytest.raises(ValidationError, match="certifiers"):
            scenario.command("certify-commencement", **body)

    def test_only_the_leading_group_for_what_has_happened(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "certify-commencement", by=office, **certificate())
        ahead = certificate(on="2026-11-23")
        scenario.refuses(RuleBroken, "certify-commencement", **ahead)


class TestRefusing:
    def test_a_report_is_refused_once_with_its_ground(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.when("refuse-commencement", by=JUDGE, **REFUSAL).then(
            (CommencementRefused, {"ground": "现场未见施工"})
        )
        refusal = scenario.refuses(RuleBroken, "refuse-commencement", by=JUDGE, **REFUSAL)
        assert refusal.position == position_of(scenario)

    def test_there_must_be_a_report(self, scenario: Scenario) -> None:
        scenario.refuses(RuleBroken, "refuse-commencement", by=JUDGE, **REFUSAL)

    def test_not_by_its_reporter(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.refuses(DutiesNotSeparated, "refuse-commencement", by=CLERK, **REFUSAL)

    def test_not_after_certification(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.given("certify-commencement", by=JUDGE, **certificate())
        scenario.refuses(RuleBroken, "refuse-commencement", by=JUDGE, **REFUSAL)
        scenario.given("revoke-event", target=position_of(scenario), reason="误认")
        scenario.when("refuse-commencement", by=JUDGE, **REFUSAL).then(CommencementRefused)

    def test_a_visit_lies_in_the_past(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.refuses(RuleBroken, "refuse-commencement", by=JUDGE, on="2026-11-23", **REFUSAL)


class TestDeeming:
    def test_a_land_blocked_project_is_deemed_started(self, scenario: Scenario) -> None:
        scenario.when("certify-deemed-commencement", **DEEMED).then(
            (DeemedCommencementCertified, {"on": date(2012, 12, 31), "reason": "land_blocked"})
        )

    @pytest.mark.parametrize("reason", ["资金未到", None])
    def test_for_that_reason_only(self, scenario: Scenario, reason: str | None) -> None:
        with pytest.raises(ValidationError):
            scenario.command("certify-deemed-commencement", **{**DEEMED, "reason": reason})

    def test_once_unless_revoked(self, scenario: Scenario) -> None:
        scenario.given("certify-deemed-commencement", **DEEMED)
        first = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "certify-deemed-commencement", **DEEMED)
        assert refusal.position == first
        scenario.given("revoke-event", target=first, reason="土地已供")
        scenario.when("certify-deemed-commencement", **DEEMED)
        scenario.then(DeemedCommencementCertified)

    def test_it_may_start_indeed_later_but_not_the_other_way_round(
        self, scenario: Scenario
    ) -> None:
        scenario.given("certify-deemed-commencement", **DEEMED)
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.when("certify-commencement", by=JUDGE, **certificate())
        scenario.then(CommencementCertified)
        scenario.refuses(RuleBroken, "certify-deemed-commencement", by=JUDGE, **DEEMED)

    def test_not_by_who_reported_a_start(self, scenario: Scenario) -> None:
        scenario.given("report-commencement", by=CLERK, **REPORT)
        scenario.refuses(DutiesNotSeparated, "certify-deemed-commencement", by=CLERK, **DEEMED)
        scenario.when("certify-deemed-commencement", by=JUDGE, **DEEMED)
        scenario.then(DeemedCommencementCertified)

    def test_only_the_leading_group_for_what_has_happened(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "certify-deemed-commencement", by=office, **DEEMED)
        ahead = {**DEEMED, "on": "2026-11-23"}
        scenario.refuses(RuleBroken, "certify-deemed-commencement", **ahead)
