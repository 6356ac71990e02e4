"""The rule book: each parameter of SPEC §13 has a value with its clause, or a reason for none."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from domain.model.money import Money
from domain.rulebook import POLICIES, SINCE, Unset, defaults, unset
from domain.rules import SetRuleParameter, require_no_floats

PINNED = Path(__file__).with_name("rule_keys.txt")
SPEC = Path(__file__).resolve().parents[3] / "shared" / "SPEC.md"
CLAUSE = re.compile(r"S00\d(-\d\d)?|SPEC (§\d+(\.\d+)?|G\d+)")
BOOK = {command.key: command for command in defaults()}
OPEN = {one.key: one for one in unset()}


def keys_of_spec() -> list[str]:
    """SPEC §13's keys as printed there; the copy kept here where the SPEC itself is not at hand."""
    if not SPEC.exists():
        return PINNED.read_text("utf-8").split()
    section = SPEC.read_text("utf-8").split("## 13 Configuration", 1)[1].split("\n---", 1)[0]
    section = section.partition("\n")[2]
    # `r3a.*`…`r3d.*` stands for the four of them.
    printed = re.findall(
        r"`([^`]+)`", section.replace("`r3a.*`…`r3d.*`", "`r3a.*` `r3b.*` `r3c.*` `r3d.*`")
    )
    return sorted(printed)


def test_the_copy_of_the_specs_keys_is_true() -> None:
    assert keys_of_spec() == PINNED.read_text("utf-8").split()


@pytest.mark.parametrize("printed", keys_of_spec())
def test_every_key_of_the_spec_has_a_value_or_a_reason(printed: str) -> None:
    key, _, value = printed.partition("=")
    pattern = re.escape(key).replace(r"\*", r"[\w.]+").replace("<id>", r"\w+")
    found = [known for known in (*BOOK, *OPEN) if re.fullmatch(pattern, known)]
    assert found, f"{key} is neither set nor listed as unset"
    if value:
        assert str(BOOK[key].value) == value


def test_no_key_is_given_twice_for_the_same_days() -> None:
    starts = Counter((command.key, command.valid_from) for command in defaults())
    assert [key for key, n in starts.items() if n > 1] == []
    assert not set(BOOK) & set(OPEN)


@pytest.mark.parametrize("command", defaults(), ids=lambda c: c.key)
def test_each_value_names_its_source_and_holds_from_the_beginning(
    command: SetRuleParameter,
) -> None:
    policy = command.doc.no.removeprefix("SPEC §13 ")
    assert policy in POLICIES
    assert command.doc.title
    assert CLAUSE.match(command.doc.title)
    assert command.valid_from == command.occurred_on == SINCE
    assert command.valid_to is None
    require_no_floats(command.value)
    assert json.loads(json.dumps(command.value)) == command.value


@pytest.mark.parametrize("one", unset(), ids=lambda u: u.key)
def test_what_is_left_open_says_why_in_both_languages(one: Unset) -> None:
    zh, _, en = one.reason.partition(" · ")
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert en
    assert CLAUSE.match(one.clause)


def test_what_the_sources_mask_stays_unset() -> None:
    assert set(OPEN) == {
        "appraisal.bonus",
        "campaign.carry_over_from",
        "eval.weights",
        "lead.exclusive_days",
        "r3a.second",
        "start.deadline_days",
        "team.max",
        "team.min",
    }
    assert OPEN["r3a.second"].ambiguity == "A-04"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate.signed_from", "2011-01-01"),
        ("rate.levels", ["协议", "正式合同"]),
        ("rate.performed", "any_step"),
        ("rate.start.include_deemed", False),
        ("rate.enclave", "host"),
        ("rate.cap_per_project", False),
        ("rate.count_arrival", "any"),
        ("scope.counted_origins", ["外资", "港澳台", "省外", "市外", "县外"]),
        ("fmt.percent_decimals", 1),
        ("fmt.rounding", "HALF_UP"),
        ("fmt.strip_zero", True),
        ("text.threshold_inclusive", True),
        ("lead.dedupe", "first"),
        ("lead.countable_kinds", ["投资", "项目"]),
        ("visit.count", "enterprises"),
        ("visit.modes", ["上门拜访"]),
        ("negotiation.count", "projects"),
        ("rank.method", "competition"),
        ("rank.last_tie", "all"),
        ("rank.min_group", 3),
        ("band.twin", "either"),
        ("phase.boundary", "later"),
        ("target.fund_basis", "recognised"),
        ("r2b.rate", "0.002"),
        ("r3c.rate", "0.008"),
        ("r3c.enclave_factor", "0.5"),
        ("r4a.rate", "0.07"),
        ("r1.tier2_multiple", "2"),
        ("r1.tier3_multiple", "3"),
        ("tier.t2.day", 15),
        ("report.monthly.day", 25),
        ("bulletin.every_days", 10),
    ],
)
def test_the_values_are_those_the_spec_states(key: str, value: object) -> None:
    assert BOOK[key].value == value


def test_amounts_read_as_money() -> None:
    amounts = {
        key: Money.model_validate(command.value)
        for key, command in BOOK.items()
        if isinstance(command.value, dict) and set(command.value) == {"amount", "currency"}
    }
    yuan = {key: money.minor // 100 for key, money in amounts.items() if money.currency == "CNY"}
    assert yuan == {
        "compile.dedicated_plan_min": 100_000_000,
        "expense.rate.county_leader": 2_000,
        "expense.rate.driver": 1_500,
        "expense.rate.liaison": 1_500,
        "expense.rate.unit_head": 0,
        "r1.tier1_amount": 20_000,
        "r1.tier2_amount": 30_000,
        "r1.tier3_amount": 50_000,
        "r2c.min": 10_000_000,
        "r3a.first": 3_000,
        "r3a.third": 1_000,
        "r3b.amount": 5_000,
        "r3d.amount": 20_000,
        "r3d.min": 30_000_000,
        "tier.major.out_of_province_min": 300_000_000,
        "tier.t1.min": 500_000_000,
        "tier.t2.min": 200_000_000,
        "tier.t3.min": 100_000_000,
    }
    assert amounts["tier.major.foreign_min"] == Money(currency="USD", minor=1_000_000_000)


def test_the_first_award_of_s000_has_its_three_thresholds() -> None:
    rows = BOOK["r1.thresholds"].value
    assert isinstance(rows, list)
    read = {
        row["class"]: tuple(
            Money.model_validate(row[part]).minor // 1_000_000
            for part in ("registered_capital", "fixed_assets")
        )
        for row in rows
        if isinstance(row, dict) and isinstance(row["class"], str)
    }
    assert read == {"工业": (500, 300), "农业产业化": (300, 200), "服务业": (800, 1000)}


def test_the_same_book_always_gives_the_same_commands() -> None:
    assert defaults() == defaults()
    assert defaults()[0].occurred_on == date(1900, 1, 1)
