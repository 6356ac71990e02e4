"""The completion table: S003A as printed, sums, floors and stretches, whose task it is (SPEC §4.3, G10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.model.errors import RuleBroken, RuleNotSet, SubjectUnknown
from tests.database import TestDatabase
from tests.projections.bureau import RULES, Bureau, bureau_on
from tests.projections.tables import campaigning, figures, ids, inspected, row, table, visited


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with campaigning(database) as bureau:
        yield bureau


def test_s003a_is_computed_as_the_summary_prints_it_but_for_its_one_misprint(
    database: TestDatabase,
) -> None:
    with bureau_on(database) as bureau:
        _hundred_days(bureau)
        rows, summary = table(bureau)
    assert figures(row(rows, "leads")) == ("358", "171", "171/358", "47.8", "47.8%", False)
    assert figures(row(rows, "visits")) == ("720", "57", "19/240", "7.9", "7.9%", False)
    # Printed 48.3 in the source; 31/64 is 48.4375, which no rounding makes 48.3.
    assert figures(row(rows, "inspections")) == ("192", "93", "31/64", "48.4", "48.4%", False)
    assert figures(row(rows, "industrial_5000w")) == ("55", "12", "12/55", "21.8", "21.8%", False)
    assert figures(row(rows, "commencements")) == ("26", "3", "3/26", "11.5", "11.5%", False)
    assert figures(row(rows, "signed_count", None)) == (None, "16", None, None, "—", None)
    assert figures(row(rows, "signed_amount", None)) == (
        None, "929000000.00", None, None, "—", None,
    )  # fmt: skip
    assert {name: summary[name] for name in summary if name != "by_metric"} == {
        "completed_metrics": 0,
        "metrics": 5,
        "completed_units": 11,
        "units": 48,
    }
    assert summary["by_metric"] == {"leads": {"completed_units": 11, "units": 48}}
    assert [r["metric"] for r in rows[:7]] == [
        "leads", "visits", "inspections", "industrial_5000w", "commencements",
        "signed_count", "signed_amount",
    ]  # fmt: skip
    of_units = rows[7:]
    assert len(of_units) == 48
    assert sum(int(r["actual"]) for r in of_units) == 171
    assert sum(int(r["target"]) for r in of_units) == 358


def _hundred_days(bureau: Bureau) -> None:
    """S003A: 48 units, of which eleven with 8 leads of 8, the others with 83 leads of 270."""
    bureau.unit("u0", "区直单位")
    bureau.campaign()
    for metric, value in (
        ("leads", "358"),
        ("visits", "720"),
        ("inspections", "192"),
        ("industrial_5000w", "55"),
        ("commencements", "26"),
    ):
        bureau.target(f"t-{metric}", "u0", metric, value)
    children, leads = [], 0
    for n in range(1, 49):
        bureau.unit(f"w{n}", parent="u0")
        bureau.participant(f"p{n}", f"w{n}")
        # Asked 11 × 8 + 36 × 7 + 18 = 358; done 11 × 8 + 35 × 2 + 0 + 13 = 171.
        asked = 8 if n <= 11 else 18 if n == 48 else 7
        done = 8 if n <= 11 else 13 if n == 48 else 2 if n < 47 else 0
        children.append({"assignee": f"w{n}", "value": str(asked), "due": "2009-09-30"})
        for _ in range(done):
            leads += 1
            bureau.lead(f"l{leads}", f"p{n}")
    assert leads == 171
    bureau.record("decompose-target", "2009-07-02", parent_id="t-leads", children=children)
    for n in range(57):
        visited(bureau, f"外地企业{n}")
    for n in range(93):
        inspected(bureau, f"来访企业{n}", by_unit="w1")
    _sixteen_signings(bureau)
    for project in ("pr1", "pr2", "pr3"):
        bureau.started(project)


def _sixteen_signings(bureau: Bureau) -> None:
    """929,000,000 元: 140 million, eleven industrial of 60 million, four smaller; and two intents."""
    amounts = [140, *[60] * 11, 49, 40, 25, 15]
    assert sum(amounts) == 929
    for n, million in enumerate(amounts, 1):
        bureau.project(f"pr{n}", "w1")
        bureau.signed(f"pr{n}", f"{million}000000.00")
    bureau.project("intent1", "w1", funds_origin="外资")
    bureau.project("intent2", "w1")
    usd = {"amount": "3000000000.00", "currency": "USD"}
    fx = {"rate": "6.8300", "date": "2009-08-01", "source": "中国外汇交易中心"}
    bureau.signing("i1", "intent1", None, level="意向", contract_introduced_funds=usd, fx=fx)
    bureau.signing("i2", "intent2", "300000000.00", level="意向")
    for signing in ("i1", "i2"):
        bureau.judge("verify-signing", "2009-08-02", signing_id=signing, ok=True)


def test_bands_of_one_metric_are_metrics_of_their_own(bureau: Bureau) -> None:
    least = {"amount": "100000000.00", "currency": "CNY"}
    bureau.target("t1", "u0", "signed_count", "2", **{"class": "工业"})
    bureau.target("t2", "u0", "signed_count", "1", min_amount=least)
    for project, yuan in (("pr1", "99999999.99"), ("pr2", "1000.00")):
        bureau.project(project, "u1")
        bureau.signed(project, yuan)
    rows, summary = table(bureau)
    assert {r["target_id"]: r["actual"] for r in rows if r["target_id"]} == {"t1": "2", "t2": "0"}
    assert (summary["completed_metrics"], summary["metrics"]) == (1, 2)


def test_a_signing_without_an_amount_counts_and_is_told_apart_in_the_sum(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "signed_amount", "1", unit="万元")
    for project, yuan in (("pr1", "10000.01"), ("pr2", None)):
        bureau.project(project, "u1")
        bureau.signing(f"s-{project}", project, yuan)
        bureau.judge("verify-signing", "2009-08-02", signing_id=f"s-{project}", ok=True)
    rows, _ = table(bureau)
    amount = row(rows, "signed_amount")
    assert figures(amount)[:3] == ("1.00", "1.000001", "1000001/1000000")
    assert [m["id"] for m in amount["left_out"]] == ["pr2"]
    assert row(rows, "signed_count", None)["actual"] == "2"


def test_a_project_is_its_leads_registrants_and_without_a_lead_its_seats(bureau: Bureau) -> None:
    for unit in ("u1", "u2"):
        bureau.target(f"t-{unit}", unit, "signed_count", "1")
        bureau.target(f"c-{unit}", unit, "commencements", "1")
    lead = bureau.lead("l1", "p1")
    bureau.project("led", "u2", lead_id="l1")
    bureau.project("seated", "u2")
    for project in ("led", "seated"):
        bureau.signed(project, "1000.00")
        bureau.started(project)
    rows, _ = table(bureau)
    for metric in ("signed_count", "commencements"):
        assert ids(row(rows, metric, "u1")) == ["led"]
        assert ids(row(rows, metric, "u2")) == ["seated"]
        assert lead in row(rows, metric, "u1")["members"][0]["positions"]
    # Once the lead is refused, its registrant has no claim, and the project is its seat's.
    bureau.judge("reject-lead", "2009-09-10", lead_id="l1", ground="不实")
    rows, _ = table(bureau)
    assert row(rows, "signed_count", "u2")["actual"] == "2"


def test_a_unit_has_done_what_the_units_below_it_did_but_a_village_not_its_hamlets(
    bureau: Bureau,
) -> None:
    bureau.unit("town")
    bureau.unit("village", "行政村", "town")
    bureau.unit("hamlet", "自然村", "village")
    for unit in ("town", "village", "hamlet"):
        bureau.participant(f"p-{unit}", unit)
        bureau.target(f"t-{unit}", unit, "leads", "2")
        bureau.lead(f"l-{unit}", f"p-{unit}")

    def done() -> dict[str, str]:
        rows, _ = table(bureau)
        return {u: row(rows, "leads", u)["actual"] for u in ("town", "village", "hamlet")}

    assert done() == {"town": "3", "village": "1", "hamlet": "1"}
    bureau.rule("rank.rollup_natural_village", True)
    assert done() == {"town": "3", "village": "2", "hamlet": "1"}


def test_a_task_of_a_person_is_measured_by_what_that_person_did(bureau: Bureau) -> None:
    bureau.participant("p3", "u1")
    bureau.target("t1", "u1", "leads", "2")
    shares = [{"assignee": p, "value": "1", "due": "2009-08-31"} for p in ("p1", "p3")]
    bureau.record("decompose-target", "2009-07-02", parent_id="t1", children=shares)
    bureau.lead("l1", "p1")
    bureau.lead("l2", "p3", "2009-09-01")
    rows, summary = table(bureau)
    assert figures(row(rows, "leads", "u1"))[:2] == ("2", "2")
    assert row(rows, "leads", "p1")["completed"] is True
    assert row(rows, "leads", "p3")["completed"] is False  # a day after its share was due
    assert (summary["completed_units"], summary["units"]) == (1, 1)


def test_floor_and_stretch_are_printed_both_and_the_floor_decides(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "leads", "2")
    bureau.target("t2", "u0", "leads", "3", kind="stretch")
    for n in range(2):
        bureau.lead(f"l{n}", "p1")
    rows, summary = table(bureau)
    assert [(r["kind"], r["printed"], r["completed"]) for r in rows] == [
        ("floor", "100%", True),
        ("stretch", "66.7%", False),
    ]
    assert (summary["completed_metrics"], summary["metrics"]) == (1, 1)


def test_what_prints_as_a_hundred_percent_is_not_complete_before_it_is(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "signed_amount", "0.2", unit="万元")
    bureau.project("pr1", "u1")
    signing = bureau.signed("pr1", "1999.99")
    rows, _ = table(bureau)
    # 199999/200000 is 99.9995 %.
    assert figures(rows[0])[2:] == ("199999/200000", "100", "100%", False)
    bureau.correct(signing, contract_introduced_funds={"amount": "2000.00", "currency": "CNY"})
    rows, summary = table(bureau)
    assert figures(rows[0]) == ("0.20", "0.20", "1/1", "100", "100%", True)
    assert summary["completed_metrics"] == 1


def test_where_nobody_has_the_whole_the_units_tasks_are_added_up(bureau: Bureau) -> None:
    bureau.target("t1", "u1", "leads", "1")
    bureau.target("t2", "u2", "leads", "3")
    bureau.target("t3", "u2", "visits", "1")
    for n in range(3):
        bureau.lead(f"l{n}", "p1")
    rows, summary = table(bureau)
    total = row(rows, "leads", None)
    assert figures(total) == ("4", "3", "3/4", "75", "75%", False)
    assert row(rows, "leads", "u1")["printed"] == "300%"
    assert [r["metric"] for r in rows if r["assignee"] is None] == ["leads"]
    assert summary == {
        "completed_metrics": 0,
        "metrics": 2,
        "completed_units": 1,
        "units": 2,
        "by_metric": {
            "leads": {"completed_units": 1, "units": 2},
            "visits": {"completed_units": 0, "units": 1},
        },
    }


def test_a_unit_above_everybody_else_has_the_whole_and_is_no_unit_among_them(
    bureau: Bureau,
) -> None:
    bureau.unit("district", "县市区")
    for n in range(2):
        bureau.unit(f"w{n}", parent="district")
        bureau.target(f"t{n}", f"w{n}", "leads", "1")
    bureau.target("t", "district", "leads", "2")
    rows, summary = table(bureau)
    assert rows[0]["assignee"] == "district"
    assert (summary["metrics"], summary["units"]) == (1, 2)


def test_an_adjusted_target_holds_from_its_business_date_on(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "leads", "2")
    bureau.lead("l1", "p1")
    adjusted = bureau.record(
        "adjust-target",
        "2009-08-15",
        target_id="t1",
        value="1",
        reason="任务过重",
        doc={"no": "办字二号"},
    )
    assert table(bureau, cutoff="2009-08-14")[0][0]["target"] == "2"
    assert table(bureau, cutoff="2009-08-15")[0][0]["target"] == "1"
    rows, _ = table(bureau)
    assert (rows[0]["completed"], adjusted in rows[0]["set_by"]) == (True, True)
    bureau.revoke(adjusted)
    assert table(bureau)[0][0]["target"] == "2"


def test_s003b_recognised_funds_against_the_years_tasks(bureau: Bureau) -> None:
    """530,000,000 of 500,000,000 元 is 106 %; 15.99 of 20 million USD is 79.95 %, printed 80 %."""
    bureau.target("t1", "u0", "funds_arrived_dom", "5", unit="亿元")
    bureau.target("t2", "u0", "funds_actual_foreign", "2000", unit="万美元")
    bureau.target("t3", "u0", "funds_cash_fx", "1599", unit="万美元")
    bureau.project("home", "u1")
    bureau.project("abroad", "u1", funds_origin="外资")
    for arrival, project, amount, currency, form in (
        ("a1", "home", "530000000.00", "CNY", "人民币现金"),
        ("a2", "abroad", "12240000.00", "USD", "设备实物"),
        ("a3", "abroad", "3750000.00", "USD", "现汇"),
        ("a4", "home", "1000000.00", "CNY", "人民币现金"),
    ):
        money = {"amount": amount, "currency": currency}
        evidence = {"kind": "银行进账单", "no": arrival, "date": "2009-08-01", "amount": money}
        bureau.record(
            "report-fund-arrival",
            "2009-08-01",
            arrival_id=arrival,
            project_id=project,
            amount=money,
            received_on="2009-08-01",
            origin="外资" if project == "abroad" else "省外",
            form=form,
            is_cash_fx=form == "现汇",
            purpose="注册资本",
            evidence=[evidence],
            campaign_id="c1",
        )
        if arrival != "a4":  # reported and not recognised: it does not count
            fx = {"rate": "6.3000", "date": "2009-08-01", "source": "中国外汇交易中心"}
            bureau.judge(
                "recognise-fund-arrival",
                "2009-08-20",
                arrival_id=arrival,
                amount_recognised=money,
                fx=fx if currency == "USD" else None,
                authority="市",
            )
    rows, summary = table(bureau)
    assert figures(row(rows, "funds_arrived_dom"))[2:] == ("53/50", "106", "106%", True)
    assert figures(row(rows, "funds_actual_foreign")) == (
        "2000.00", "1599.00", "1599/2000", "80", "80%", False,
    )  # fmt: skip
    # 375/1599 = 23.452… %
    assert row(rows, "funds_cash_fx")["printed"] == "23.5%"
    assert (summary["completed_metrics"], summary["metrics"]) == (1, 3)
    bureau.rule("target.fund_basis", "reported")
    rows, _ = table(bureau)
    assert row(rows, "funds_arrived_dom")["actual"] == "5.31"


def test_a_metric_that_nothing_measures_says_so_and_is_never_complete(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "satisfaction", "100")
    bureau.target("t2", "u0", "leads", "1", **{"class": "工业"})
    rows, summary = table(bureau)
    assert [(figures(r)[1:], bool(r["note"]["zh"])) for r in rows] == [
        ((None, None, None, "—", None), True)
    ] * 2
    assert (summary["completed_metrics"], summary["metrics"]) == (0, 2)


def test_percentages_are_printed_by_the_rules_of_their_day(bureau: Bureau) -> None:
    bureau.target("t1", "u0", "leads", "3")
    bureau.lead("l1", "p1")
    bureau.rule("fmt.percent_decimals", 2, valid_from="2010-01-01")
    bureau.rule("fmt.rounding", "DOWN", valid_from="2010-01-01")
    assert table(bureau)[0][0]["printed"] == "33.33%"
    assert table(bureau, rules_at="2009-12-31")[0][0]["printed"] == "33.3%"


def test_what_cannot_be_said_is_refused_with_what_would_be_needed(
    database: TestDatabase,
) -> None:
    with bureau_on(database, rules=False) as bureau:
        with pytest.raises(SubjectUnknown, match="c1"):
            table(bureau)
        bureau.campaign()
        with pytest.raises(RuleNotSet, match=r"fmt\.percent_decimals"):
            table(bureau)
        for key, value in RULES.items():
            bureau.rule(key, value)
        assert table(bureau) == ([], EMPTY)
        bureau.rule("visit.count", "kilometres")
        with pytest.raises(RuleBroken, match=r"visit\.count.*enterprises.*visits"):
            table(bureau)


EMPTY = {
    "completed_metrics": 0,
    "metrics": 0,
    "completed_units": 0,
    "units": 0,
    "by_metric": {},
}
