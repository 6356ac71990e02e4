"""What counts towards targets, when, and as whose: windows, verdicts, identities (SPEC §3.2, §4.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.rulebook import defaults
from projections.complaints import RULES as COMPLAINT_RULES
from projections.completion import RULES as COMPLETION_RULES
from tests.database import TestDatabase
from tests.projections.bureau import RULES, Bureau
from tests.projections.tables import campaigning, ids, inspected, row, table, visited


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with campaigning(database) as bureau:
        yield bureau


def test_both_ends_of_the_window_count_and_the_days_beside_them_do_not(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "leads", "4")
    for n, on in enumerate(("2009-06-30", "2009-07-01", "2009-09-30", "2009-10-01")):
        bureau.lead(f"l{n}", "p1", on)
    rows, _ = table(bureau)
    assert ids(row(rows, "leads")) == ["l1", "l2"]
    rows, _ = table(bureau, cutoff="2009-09-29")
    assert ids(row(rows, "leads")) == ["l1"]


def test_a_signing_falls_on_the_day_it_was_signed_whenever_it_was_reported(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "signed_count", "4")
    for n, (signed_on, reported) in enumerate(
        (
            ("2009-06-30", "2009-07-02"),
            ("2009-07-01", "2009-07-02"),
            ("2009-09-30", "2009-10-09"),
            ("2009-10-01", "2009-10-09"),
        )
    ):
        bureau.project(f"pr{n}", "u1", "2009-06-01")
        bureau.signing(f"s{n}", f"pr{n}", "1000.00", reported, signed_on=signed_on)
        bureau.judge("verify-signing", "2009-10-10", signing_id=f"s{n}", ok=True)
    rows, _ = table(bureau)
    assert ids(row(rows, "signed_count")) == ["pr1", "pr2"]
    # Reported on the 9th and verified on the 10th: on the 8th neither was known to the business.
    rows, _ = table(bureau, cutoff="2009-10-08")
    assert row(rows, "signed_count")["actual"] == "0"


def test_a_target_counts_within_its_own_period_too(bureau: Bureau) -> None:
    july = {"from": "2009-07-01", "to": "2009-07-31"}
    bureau.target("t1", "u0", "leads", "2", period=july)
    bureau.target("t2", "u0", "leads", "4", period={"from": "2009-01-01", "to": "2009-12-31"})
    for n, on in enumerate(("2009-06-30", "2009-07-31", "2009-08-01", "2009-10-01")):
        bureau.lead(f"l{n}", "p1", on)
    rows, summary = table(bureau)
    actual = {r["target_id"]: r["actual"] for r in rows}
    assert actual == {"t1": "1", "t2": "2"}
    assert (summary["completed_metrics"], summary["metrics"]) == (0, 1)


def test_only_what_was_recorded_for_the_campaign_counts_or_concerns_a_project_it_adopted(
    bureau: Bureau,
) -> None:
    bureau.campaign("c2")
    bureau.lead("mine", "p1")
    bureau.lead("theirs", "p1", campaign_id="c2")
    bureau.lead("nobodys", "p1", campaign_id=None)
    for project, more in (
        ("mine", {}),
        ("theirs", {"campaign_id": "c2"}),
        ("adopted", {"campaign_id": None}),
    ):
        bureau.project(project, "u1")
        bureau.signed(project, "1000.00", **more)
    adopted = bureau.record("adopt-project", "2009-08-10", project_id="adopted", campaign_id="c1")
    rows, _ = table(bureau)
    assert ids(row(rows, "leads", None)) == ["mine"]
    assert ids(row(rows, "signed_count", None)) == ["mine", "adopted"]
    rows, _ = table(bureau, known_at=adopted - 1)
    assert ids(row(rows, "signed_count", None)) == ["mine"]


def test_collected_leads_are_those_neither_refused_nor_repeats(bureau: Bureau) -> None:
    for lead in ("pending", "valuable", "worthless", "refused", "repeat"):
        bureau.lead(lead, "p1")
    bureau.verify("valuable")
    bureau.verify("worthless", valuable=False)
    refused = bureau.judge("reject-lead", "2009-07-20", lead_id="refused", ground="不实")
    basis = {"of_lead_id": "pending", "basis": "同一项目"}
    bureau.judge("mark-lead-duplicate", "2009-07-20", lead_id="repeat", **basis)
    rows, _ = table(bureau)
    collected = row(rows, "leads", None)
    assert [m["id"] for m in collected["members"]] == ["pending", "valuable", "worthless"]
    revoked = bureau.revoke(refused)
    rows, _ = table(bureau)
    assert row(rows, "leads", None)["actual"] == "4"
    rows, _ = table(bureau, known_at=revoked - 1)
    assert row(rows, "leads", None)["actual"] == "3"
    bureau.rule("target.lead_basis", "valuable")
    rows, _ = table(bureau)
    assert ids(row(rows, "leads", None)) == ["valuable"]


def test_a_corrected_registrant_moves_the_lead_to_another_unit(bureau: Bureau) -> None:
    for unit in ("u1", "u2"):
        bureau.target(f"t-{unit}", unit, "leads", "1")
    lead = bureau.lead("l1", "p1")
    corrected = bureau.correct(lead, registrant="p2")

    def complete(known_at: int) -> list[bool]:
        rows, _ = table(bureau, known_at=known_at)
        return [row(rows, "leads", unit)["completed"] for unit in ("u1", "u2")]

    assert complete(corrected - 1) == [True, False]
    assert complete(corrected) == [False, True]


def test_enterprises_visited_are_counted_once_however_they_are_spelt(bureau: Bureau) -> None:
    first = visited(bureau, "中綠集團（香港）有限公司")
    again = visited(bureau, "中绿集团(香港) 有限公司", "2009-08-02")
    visited(bureau, "达利集团")
    visited(bureau, "本地企业", direction="本地")
    rows, _ = table(bureau)
    visits = row(rows, "visits", None)
    assert visits["actual"] == "2"
    assert visits["members"][0] == {
        "id": "中綠集團（香港）有限公司",
        "on": "2009-07-20",
        "positions": [first, again],
    }
    bureau.rule("visit.count", "visits")
    rows, _ = table(bureau)
    assert row(rows, "visits", None)["actual"] == "3"


def test_a_contact_counts_as_a_visit_if_it_was_outbound_and_in_person(bureau: Bureau) -> None:
    visited(bureau, "银鹭集团")
    for n, (name, direction, mode) in enumerate(
        (
            ("银鹭集团", "out", "上门拜访"),
            ("亲亲股份", "out", "上门拜访"),
            ("康师傅", "out", "电话"),
            ("来访者", "in", "上门拜访"),
        )
    ):
        bureau.record(
            "record-contact",
            "2009-07-21",
            contact_id=f"k{n}",
            investor={"name": name},
            direction=direction,
            mode=mode,
            led_by="p1",
            campaign_id="c1",
        )
    rows, _ = table(bureau)
    assert ids(row(rows, "visits", None)) == ["银鹭集团", "亲亲股份"]


def test_a_visit_is_that_of_the_unit_it_names_else_the_leaders_else_the_recorders(
    bureau: Bureau,
) -> None:
    for unit in ("u1", "u2"):
        bureau.target(f"t-{unit}", unit, "visits", "1")
    bureau.target("t-u0", "u0", "visits", "3")
    visited(bureau, "甲", by_unit="u2")
    visited(bureau, "乙", led_by="p1")
    visited(bureau, "丙", led_by="a-stranger")
    rows, _ = table(bureau)
    whose = {u: ids(row(rows, "visits", u)) for u in ("u0", "u1", "u2")}
    assert whose == {"u0": ["甲", "乙", "丙"], "u1": ["乙"], "u2": ["甲"]}


def test_one_credit_code_is_one_enterprise_and_so_is_its_bare_name(bureau: Bureau) -> None:
    code = {"credit_code": "91310000MA1FL3AB0A"}
    inspected(bureau, "达利食品", investor=code)
    inspected(bureau, "达利食品集团", investor=code)
    inspected(bureau, "达利食品")
    inspected(bureau, "达利服饰")
    rows, _ = table(bureau)
    assert ids(row(rows, "inspections", None)) == ["达利食品", "达利服饰"]


def test_a_signing_counts_once_it_is_verified_and_no_longer_once_refuted(bureau: Bureau) -> None:
    bureau.project("pr1", "u1")
    recorded = bureau.signing("s1", "pr1", "1000.00")
    verified = bureau.judge("verify-signing", "2009-08-05", signing_id="s1", ok=True)
    bureau.revoke(verified)
    refuted = bureau.judge("verify-signing", "2009-08-06", signing_id="s1", ok=False)

    def signed(known_at: int) -> list[str]:
        rows, _ = table(bureau, known_at=known_at)
        return [r["metric"] for r in rows]

    assert signed(recorded) == []
    assert signed(verified) == ["signed_count", "signed_amount"]
    assert signed(refuted) == []


def test_by_rule_a_recorded_signing_counts_unless_it_was_refuted(bureau: Bureau) -> None:
    bureau.rule("target.signing_basis", "recorded")
    bureau.project("pr1", "u1")
    recorded = bureau.signing("s1", "pr1", "1000.00")
    bureau.judge("verify-signing", "2009-08-06", signing_id="s1", ok=False)
    rows, _ = table(bureau, known_at=recorded)
    assert row(rows, "signed_count", None)["actual"] == "1"
    assert table(bureau)[0] == []


def test_a_project_is_new_at_its_first_counted_signing_only(bureau: Bureau) -> None:
    for project in ("upgraded", "older", "intended"):
        bureau.project(project, "u1", "2009-06-01")
    bureau.signing("s1", "upgraded", "1000.00", "2009-07-05", level="协议")
    bureau.signing("s2", "upgraded", "1200.00", "2009-08-05")
    bureau.signing("s3", "older", "1000.00", "2009-06-15")
    bureau.signing("s4", "older", "500.00", "2009-08-05")
    bureau.signing("s5", "intended", "1000.00", "2009-06-15", level="意向")
    bureau.signing("s6", "intended", "700.00", "2009-08-05")
    for n in range(1, 7):
        bureau.judge("verify-signing", "2009-08-10", signing_id=f"s{n}", ok=True)
    rows, _ = table(bureau)
    assert ids(row(rows, "signed_count", None)) == ["upgraded", "intended"]
    assert row(rows, "signed_amount", None)["actual"] == "1700.00"


def test_a_supplement_changes_the_amount_from_its_day_on_and_a_termination_does_not_unsign(
    bureau: Bureau,
) -> None:
    bureau.project("pr1", "u1")
    bureau.signed("pr1", "1000.00", "2009-08-01")
    more = {"amount": "2500.00", "currency": "CNY"}
    bureau.record("amend-signing", "2009-08-20", signing_id="s-pr1", contract_introduced_funds=more)
    bureau.record(
        "terminate-signing", "2009-09-01", signing_id="s-pr1", cause="投资方", on="2009-09-01"
    )
    rows, _ = table(bureau, cutoff="2009-08-19")
    assert row(rows, "signed_amount", None)["actual"] == "1000.00"
    rows, _ = table(bureau, cutoff="2009-08-20")
    assert row(rows, "signed_amount", None)["actual"] == "2500.00"
    rows, _ = table(bureau)
    assert row(rows, "signed_count", None)["actual"] == "1"


@pytest.mark.parametrize(
    ("amount", "fx", "reaches"),
    [
        ({"amount": "50000000.00", "currency": "CNY"}, None, True),
        ({"amount": "49999999.99", "currency": "CNY"}, None, False),
        # 500万美元 stand for 5000万元 whatever the rate (S003-70, A-37).
        ({"amount": "5000000.00", "currency": "USD"}, "6.8300", True),
        ({"amount": "4999999.99", "currency": "USD"}, "6.8300", False),
        # 4,999,999.99 USD are 50,499,999.90 元 at 10.10: the other twin passes.
        ({"amount": "4999999.99", "currency": "USD"}, "10.1000", True),
        # 60,000,000 HKD are 52,800,000 元 at 0.88, and 48,000,000 at 0.80; there is no twin in HKD.
        ({"amount": "60000000.00", "currency": "HKD"}, "0.8800", True),
        ({"amount": "60000000.00", "currency": "HKD"}, "0.8000", False),
    ],
)
def test_fifty_million_yuan_or_more(
    bureau: Bureau, amount: dict[str, str], fx: str | None, reaches: bool
) -> None:
    bureau.project("pr1", "u1")
    bureau.project("farm", "u1", **{"class": "农业产业化"})
    rate = fx and {"rate": fx, "date": "2009-08-01", "source": "中国外汇交易中心"}
    for project in ("pr1", "farm"):
        bureau.signed(project, "0", contract_introduced_funds=amount, fx=rate)
    rows, _ = table(bureau)
    found = [r["actual"] for r in rows if r["metric"] == "industrial_5000w"]
    assert found == (["1"] if reaches else [])


def test_by_rule_a_dollar_amount_has_to_pass_both_twins(bureau: Bureau) -> None:
    bureau.rule("band.twin", "both")
    bureau.project("pr1", "u1")
    amount = {"amount": "5000000.00", "currency": "USD"}
    rate = {"rate": "6.8300", "date": "2009-08-01", "source": "中国外汇交易中心"}
    bureau.signed("pr1", "0", contract_introduced_funds=amount, fx=rate)
    rows, _ = table(bureau)
    assert "industrial_5000w" not in [r["metric"] for r in rows]


def test_an_increase_of_capital_adds_its_amount_and_no_project(bureau: Bureau) -> None:
    bureau.project("pr1", "u1", kind="增资扩股")
    bureau.signed("pr1", "60000000.00")
    rows, _ = table(bureau)
    assert {r["metric"]: r["actual"] for r in rows} == {"signed_amount": "60000000.00"}
    bureau.rule("count.capital_increase", "as_project")
    rows, _ = table(bureau)
    assert row(rows, "signed_count", None)["actual"] == "1"


def test_the_rules_assumed_here_are_those_shipped() -> None:
    shipped = {command.key: command.value for command in defaults()}
    assert {key: shipped.get(key) for key in RULES} == RULES
    assert {*COMPLETION_RULES, *COMPLAINT_RULES} <= set(RULES)
