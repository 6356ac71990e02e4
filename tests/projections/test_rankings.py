"""Rankings: who scores, places and ties, who is ranked at all (SPEC §6 K1–K4, S002-03, S002-10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.model.errors import RuleBroken, RuleNotSet, SubjectUnknown
from domain.model.roles import Role
from projections.rankings import KINDS, RULES, RULES_OF, Kind, Ranking, places, ranking
from tests.database import TestDatabase
from tests.projections import bureau as given
from tests.projections.bureau import Bureau, bureau_on
from tests.projections.tables import campaigning
from tests.scenario import actor


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with campaigning(database) as bureau:
        yield bureau


def ranked(
    bureau: Bureau,
    kind: Kind = "leads",
    campaign: str | None = "c1",
    *,
    by_kind: bool | None = None,
    **asof: Any,
) -> Ranking:
    with bureau.asked(**asof) as (connection, as_of):
        return ranking(connection, as_of, kind, campaign, by_kind=by_kind)


def standing(found: Ranking) -> list[tuple[int, str, int, bool]]:
    return [(p.rank, p.participant, p.value, p.tied) for p in found.places]


def scored(found: Ranking) -> dict[str, list[str]]:
    return {p.participant: [m.id for m in p.members] for p in found.places if p.value}


@pytest.mark.parametrize(
    ("values", "method", "ranks"),
    [
        ([5, 3, 3, 1], "competition", [1, 2, 2, 4]),
        ([5, 3, 3, 1], "dense", [1, 2, 2, 3]),
        ([2, 2, 2], "competition", [1, 1, 1]),
        ([0, 0], "competition", [1, 1]),
        ([4, 0, 0], "competition", [1, 2, 2]),
        ([], "competition", []),
    ],
)
def test_equal_values_share_a_rank(values: list[int], method: str, ranks: list[int]) -> None:
    thing = given.contribution("x")
    found = places({f"p{n}": [thing] * value for n, value in enumerate(values)}, method=method)
    assert [p.rank for p in found] == ranks
    assert [p.value for p in found] == values
    assert [p.tied for p in found] == [values.count(value) > 1 for value in values]
    assert [p.may_win for p in found] == [value > 0 for value in values]


def test_participants_are_ranked_by_valuable_leads_and_zeros_stand_last(bureau: Bureau) -> None:
    for who in ("p3", "p4", "p5"):
        bureau.participant(who, "u1")
    for n, who in enumerate(["p1", "p1", "p1", "p2", "p2", "p3", "p3", "p4"]):
        bureau.lead(f"l{n}", who)
        bureau.verify(f"l{n}")
    assert standing(ranked(bureau)) == [
        (1, "p1", 3, False),
        (2, "p2", 2, True),
        (2, "p3", 2, True),
        (4, "p4", 1, False),
        (5, "p5", 0, False),
    ]


def test_only_verified_valuable_leads_of_countable_kinds_score(bureau: Bureau) -> None:
    positions = {}
    for lead, more in (
        ("pending", {}),
        ("worthless", {}),
        ("refused", {}),
        ("market", {"kind": "市场"}),
        ("good", {"kind": "项目"}),
        ("elsewhere", {"campaign_id": None}),
        ("early", {"on": "2009-06-30"}),
        ("late", {"on": "2009-10-01"}),
    ):
        positions[lead] = bureau.lead(lead, "p1", **more)
    bureau.verify("worthless", valuable=False)
    bureau.judge("reject-lead", "2009-07-20", lead_id="refused", ground="不实")
    for lead in ("market", "elsewhere", "early", "late"):
        bureau.verify(lead, "2009-10-02")
    verified = bureau.verify("good", "2009-10-02")  # judged after the window, provided within it
    found = ranked(bureau)
    assert scored(found) == {"p1": ["good"]}
    assert found.places[0].members[0].positions == (positions["good"], verified)
    assert scored(ranked(bureau, cutoff="2009-10-01")) == {}
    assert scored(ranked(bureau, campaign=None)) == {"p1": ["good", "elsewhere", "early", "late"]}


def test_of_several_valuable_leads_for_one_investor_and_project_the_first_recorded_scores(
    bureau: Bureau,
) -> None:
    same: dict[str, Any] = {"investor": {"name": "中綠集團"}, "intended_project": "食品加工"}
    bureau.lead("l1", "p1", "2009-07-09", **same)
    # Recorded later, it stands later, whatever day it claims (SPEC §10).
    bureau.lead(
        "l2", "p2", "2009-07-01", investor={"name": "中绿集团"}, intended_project="食品加工"
    )
    bureau.lead("l3", "p2", investor={"name": "中绿集团"}, intended_project="物流园")
    for lead in ("l2", "l3"):
        bureau.verify(lead, "2009-07-15")
    before = bureau.projector.catch_up()
    verified = bureau.verify("l1", "2009-07-20")
    assert scored(ranked(bureau, known_at=before)) == {"p2": ["l2", "l3"]}
    assert scored(ranked(bureau, known_at=verified)) == {"p1": ["l1"], "p2": ["l3"]}
    bureau.revoke(verified)
    assert scored(ranked(bureau)) == {"p2": ["l2", "l3"]}


def test_by_rule_every_valuable_lead_scores(bureau: Bureau) -> None:
    for lead, who in (("l1", "p1"), ("l2", "p2")):
        bureau.lead(lead, who, investor={"name": "达利集团"})
        bureau.verify(lead)
    assert scored(ranked(bureau)) == {"p1": ["l1"]}
    bureau.rule("lead.dedupe", "none")
    assert scored(ranked(bureau)) == {"p1": ["l1"], "p2": ["l2"]}


@pytest.mark.parametrize(
    ("first", "second", "rivals"),
    [
        ({"name": "甲公司"}, {"name": "甲公司"}, True),
        ({"name": "甲公司", "country": "HK"}, {"name": "甲公司"}, False),
        ({"name": "甲公司", "credit_code": "A"}, {"name": "甲公司"}, True),
        ({"name": "甲公司", "credit_code": "A"}, {"name": "甲集团", "credit_code": "A"}, True),
        ({"name": "甲公司", "credit_code": "A"}, {"name": "甲公司", "credit_code": "B"}, False),
    ],
)
def test_investors_are_the_same_by_code_or_else_by_country_and_name(
    bureau: Bureau, first: dict[str, str], second: dict[str, str], rivals: bool
) -> None:
    for lead, who, investor in (("l1", "p1", first), ("l2", "p2", second)):
        if "credit_code" in investor:
            codes = {"A": "91310000MA1FL3AB0A", "B": "91310000MA1FL3AB0B"}
            investor = {**investor, "credit_code": codes[investor["credit_code"]]}
        bureau.lead(lead, who, investor=investor)
        bureau.verify(lead)
    expected = {"p1": ["l1"]} if rivals else {"p1": ["l1"], "p2": ["l2"]}
    assert scored(ranked(bureau)) == expected


def test_a_lead_outside_the_campaign_that_stood_first_keeps_a_later_one_from_scoring(
    bureau: Bureau,
) -> None:
    same: dict[str, Any] = {"investor": {"name": "达利集团"}}
    bureau.lead("l1", "p1", "2009-06-01", campaign_id=None, **same)
    bureau.lead("l2", "p2", **same)
    for lead in ("l1", "l2"):
        bureau.verify(lead)
    assert scored(ranked(bureau)) == {}


def test_a_corrected_investor_unites_two_leads_and_their_order_stays(bureau: Bureau) -> None:
    first = bureau.lead("l1", "p1", investor={"name": "达力集团"})
    bureau.lead("l2", "p2", investor={"name": "达利集团"})
    for lead in ("l1", "l2"):
        bureau.verify(lead)
    corrected = bureau.correct(first, investor={"name": "达利集团"})
    assert scored(ranked(bureau, known_at=corrected - 1)) == {"p1": ["l1"], "p2": ["l2"]}
    assert scored(ranked(bureau)) == {"p1": ["l1"]}


def test_negotiations_count_projects_for_who_negotiated(bureau: Bureau) -> None:
    bureau.participant("town", "u2", "单位")
    bureau.lead("l1", "p2")
    bureau.project("led", "u1", lead_id="l1")
    bureau.project("other", "u1")
    person, office = actor("p1", Role.PART, unit="u1"), actor("clerk2", Role.UNIT, unit="u2")
    stranger = actor("stranger", Role.TEAM, unit="u9")
    said = {"campaign_id": "c1"}
    for by, project in (
        (person, "led"),
        (person, "led"),
        (person, "other"),
        (office, "led"),
        (stranger, "led"),
        (stranger, "other"),
    ):
        bureau.record("hold-negotiation", "2009-08-01", by=by, project_id=project, **said)
    found = ranked(bureau, "negotiations")
    # The person; for the office, the participant that stands for its unit; else the lead's registrant.
    assert scored(found) == {"p1": ["led", "other"], "town": ["led"], "p2": ["led"]}
    assert [one.id for one in found.uncredited] == ["other"]
    bureau.rule("negotiation.count", "meetings")
    assert standing(ranked(bureau, "negotiations"))[0] == (1, "p1", 3, False)


def test_what_somebody_records_for_another_is_the_others(bureau: Bureau) -> None:
    bureau.project("pr1", "u1")
    said: dict[str, Any] = {"project_id": "pr1", "campaign_id": "c1", "on_behalf_of": "p2"}
    bureau.record("hold-negotiation", "2009-08-01", **said)
    assert scored(ranked(bureau, "negotiations")) == {"p2": ["pr1"]}


def test_formal_contracts_count_for_the_leads_registrant_else_for_who_recorded_them(
    bureau: Bureau,
) -> None:
    bureau.lead("l1", "p1")
    bureau.project("led", "u2", lead_id="l1")
    bureau.project("recorded", "u1")
    bureau.project("agreed", "u1")
    bureau.project("unverified", "u1")
    bureau.signed("led", "1000.00")
    bureau.signed("recorded", "1000.00", by=actor("p2", Role.UNIT))
    bureau.signed("agreed", "1000.00", level="协议")
    bureau.signing("s9", "unverified", "1000.00")
    found = ranked(bureau, "signings")
    assert standing(found) == [(1, "p1", 1, True), (1, "p2", 1, True)]
    assert scored(found) == {"p1": ["led"], "p2": ["recorded"]}


def test_an_agreement_made_a_contract_is_a_formal_contract_from_then_on(bureau: Bureau) -> None:
    bureau.lead("l1", "p1")
    bureau.project("pr1", "u1", lead_id="l1")
    bureau.signing("s1", "pr1", "1000.00", "2009-08-01", level="协议")
    bureau.signing("s2", "pr1", "1000.00", "2009-08-20")
    for signing in ("s1", "s2"):
        bureau.judge("verify-signing", "2009-08-20", signing_id=signing, ok=True)
    assert scored(ranked(bureau, "signings")) == {"p1": ["pr1"]}
    assert ranked(bureau, "signings").places[0].members[0].day.isoformat() == "2009-08-20"


def test_certified_starts_are_ranked_and_deemed_ones_are_not(bureau: Bureau) -> None:
    for n, who in enumerate(("p1", "p2")):
        bureau.lead(f"l{n}", who)
        bureau.project(f"pr{n}", "u1", lead_id=f"l{n}")
    bureau.started("pr0")
    said: dict[str, Any] = {"project_id": "pr1", "on": "2009-09-01", "campaign_id": "c1"}
    bureau.judge("certify-deemed-commencement", "2009-09-01", reason="land_blocked", **said)
    assert scored(ranked(bureau, "commencements")) == {"p1": ["pr0"]}


def test_where_targets_are_set_only_who_has_a_task_or_achieved_something_is_ranked(
    bureau: Bureau,
) -> None:
    bureau.unit("u3", parent="u1")
    bureau.participant("p3", "u3")
    bureau.participant("agent", "u1", "中介")
    bureau.target("t0", "u0", "leads", "9")  # the campaign's own: it asks everybody
    assert [p.participant for p in ranked(bureau).places] == ["p1", "p2", "p3"]
    bureau.target("t1", "u1", "leads", "1")
    assert [p.participant for p in ranked(bureau).places] == ["p1", "p3"]
    for n, who in enumerate(("p2", "agent")):
        bureau.lead(f"l{n}", who)
        bureau.verify(f"l{n}")
    assert standing(ranked(bureau)) == [
        (1, "agent", 1, True),
        (1, "p2", 1, True),
        (3, "p1", 0, True),
        (3, "p3", 0, True),
    ]
    assert [p.participant for p in ranked(bureau, cutoff="2009-06-30").places] == ["p1", "p2", "p3"]


def test_by_rule_or_on_request_each_kind_is_ranked_by_itself(bureau: Bureau) -> None:
    bureau.participant("v1", "u1", "行政村")
    bureau.participant("v2", "u2", "行政村")
    for n, who in enumerate(["p1", "p1", "v1"]):
        bureau.lead(f"l{n}", who)
        bureau.verify(f"l{n}")
    grouped = [(p.group, p.rank, p.participant) for p in ranked(bureau, by_kind=True).places]
    expected = [
        ("行政村", 1, "v1"),
        ("行政村", 2, "v2"),
        ("镇干部", 1, "p1"),
        ("镇干部", 2, "p2"),
    ]
    assert grouped == expected
    assert ranked(bureau).places[1].group is None
    bureau.rule("s002.rank_groups", "by_kind")
    assert [(p.group, p.rank, p.participant) for p in ranked(bureau).places] == expected
    assert ranked(bureau, by_kind=False).places[1].group is None


def test_a_hamlets_leads_count_for_its_village_only_by_rule(bureau: Bureau) -> None:
    bureau.unit("village", "行政村", "u1")
    bureau.unit("hamlet", "自然村", "village")
    bureau.participant("v", "village", "行政村")
    bureau.participant("h", "hamlet", "自然村")
    bureau.lead("l1", "h")
    bureau.verify("l1")
    assert scored(ranked(bureau)) == {"h": ["l1"]}
    bureau.rule("rank.rollup_natural_village", True)
    assert scored(ranked(bureau)) == {"h": ["l1"], "v": ["l1"]}


def test_what_cannot_be_ranked_is_refused_with_what_would_be_needed(database: TestDatabase) -> None:
    with bureau_on(database, rules=False) as bureau:
        bureau.campaign()
        for kind in KINDS:
            with pytest.raises(RuleNotSet, match=r"rank\.method"):
                ranked(bureau, kind)
        for key in {*RULES, *(key for keys in RULES_OF.values() for key in keys)}:
            bureau.rule(key, given.RULES[key])
        assert ranked(bureau).places == []
        with pytest.raises(SubjectUnknown, match="c9"):
            ranked(bureau, campaign="c9")
        bureau.rule("rank.method", "alphabetical")
        with pytest.raises(RuleBroken, match=r"rank\.method.*competition.*dense"):
            ranked(bureau)
