"""件件有着落、事事有回音: the register, both rates, and what is amiss (SPEC §9.4, S003-65)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from projections.complaints import HEADINGS, Register, register
from tests.database import TestDatabase
from tests.projections.bureau import Bureau, bureau_on


@pytest.fixture
def bureau(database: TestDatabase) -> Iterator[Bureau]:
    with bureau_on(database) as bureau:
        for unit in ("u1", "u2"):
            bureau.unit(unit)
        yield bureau


def received(bureau: Bureau, complaint: str, on: str = "2012-03-01", **more: Any) -> int:
    said: dict[str, Any] = {
        "complaint_id": complaint,
        "enterprise": "华拓企业有限公司",
        "against": "某局",
        "kind": "办证拖延",
        "channel": "电话",
        "content": "证照两月未办",
        **more,
    }
    return bureau.record("receive-complaint", on, **said)


def accepted(bureau: Bureau, complaint: str, on: str = "2012-03-01") -> int:
    return bureau.record("accept-complaint", on, complaint_id=complaint, on=on)


def assigned(bureau: Bureau, complaint: str, on: str = "2012-03-02", due: str | None = None) -> int:
    return bureau.record("assign-complaint", on, complaint_id=complaint, unit="u1", due=due)


def resolved(bureau: Bureau, complaint: str, on: str = "2012-03-10") -> int:
    return bureau.record("resolve-complaint", on, complaint_id=complaint, result="已发证")


def replied(bureau: Bureau, complaint: str, on: str = "2012-03-11", **more: Any) -> int:
    said: dict[str, Any] = {"mode": "书面", **more}
    return bureau.record("reply-complaint", on, complaint_id=complaint, on=on, **said)


def asked(
    bureau: Bureau, start: str | None = None, end: str | None = None, **asof: Any
) -> Register:
    first = date.fromisoformat(start) if start else date.min
    last = date.fromisoformat(end) if end else date.max
    with bureau.asked(**asof) as (connection, as_of):
        return register(connection, as_of, first, last)


def amiss(found: Register) -> list[tuple[str, str, str | None, int | None]]:
    return [(v["complaint_id"], v["zh"], v["due"], v["days_late"]) for v in found.violations]


def test_a_complaint_handled_in_time_shows_every_column_of_the_register(bureau: Bureau) -> None:
    positions = [
        received(bureau, "x1", complainant="李某"),
        accepted(bureau, "x1"),
        assigned(bureau, "x1"),
        resolved(bureau, "x1"),
        replied(bureau, "x1", complainant_ack=True),
    ]
    said: dict[str, Any] = {"respondent": "李某", "dimension": "投诉处理", "score": "基本满意"}
    bureau.record("survey-satisfaction", "2012-03-20", complaint_id="x1", **said)
    found = asked(bureau)
    assert found.rows == [
        {
            "complaint_id": "x1",
            "complainant": "（已保密）",
            "enterprise": "华拓企业有限公司",
            "channel": "电话",
            "against": "（已保密）",
            "kind": "办证拖延",
            "received_on": "2012-03-01",
            "accepted_on": "2012-03-01",
            "accepted": True,
            "unit": "u1",
            "person": None,
            "due": "2012-03-17",  # 15 days from the assignment
            "result": "已发证",
            "replied_on": "2012-03-11",
            "reply_mode": "书面",
            "acknowledged": True,
            "satisfaction": "基本满意",
            "archived": True,
            "positions": positions,
        }
    ]
    assert set(HEADINGS) == set(found.rows[0]) - {"positions"}
    assert amiss(found) == []
    assert found.summary["kept"] is True


def test_both_invariants_are_rates_over_every_complaint_received(bureau: Bureau) -> None:
    for complaint in ("pending", "assigned", "resolved", "replied"):
        received(bureau, complaint)
    for complaint in ("assigned", "resolved", "replied"):
        assigned(bureau, complaint)
    for complaint in ("resolved", "replied"):
        resolved(bureau, complaint)
    replied(bureau, "replied")
    summary = asked(bureau, cutoff="2012-03-12").summary
    assert summary["landed"] == {
        "by": "count",
        "numerator": "2",
        "denominator": "4",
        "fraction": "1/2",
        "percent": "50",
        "printed": "50%",
        "missing": ["assigned", "pending"],
    }
    assert (summary["replied"]["fraction"], summary["replied"]["printed"]) == ("1/4", "25%")
    assert summary["replied"]["missing"] == ["assigned", "pending", "resolved"]
    assert summary["kept"] is False


def test_without_complaints_nothing_is_divided(bureau: Bureau) -> None:
    summary = asked(bureau).summary
    assert (summary["received"], summary["landed"]["printed"]) == (0, "—")
    assert summary["landed"]["fraction"] is None


def test_a_result_that_nobody_was_told_is_a_violation_at_once(bureau: Bureau) -> None:
    received(bureau, "x1")
    assigned(bureau, "x1")
    resolved(bureau, "x1")
    found = asked(bureau, cutoff="2012-03-10")
    assert amiss(found) == [("x1", "有着落无回音", None, None)]
    assert amiss(asked(bureau, cutoff="2012-03-09")) == []
    replied(bureau, "x1")
    assert amiss(asked(bureau)) == []


def test_a_reply_without_a_result_is_left_when_the_result_is_revoked(bureau: Bureau) -> None:
    received(bureau, "x1")
    assigned(bureau, "x1")
    result = resolved(bureau, "x1")
    replied(bureau, "x1")
    before = bureau.projector.catch_up()
    bureau.revoke(result)
    found = asked(bureau, cutoff="2012-03-12")
    assert amiss(found) == [("x1", "有回音无着落", None, None)]
    assert found.rows[0]["archived"] is False
    assert amiss(asked(bureau, cutoff="2012-03-12", known_at=before)) == []


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2012-03-02", []),  # accepted within 1 day: by the 2nd, that day included
        ("2012-03-03", [("逾期未受理", "2012-03-02", 1)]),
        ("2012-03-04", [("逾期未受理", "2012-03-02", 2)]),  # assigned within 3 days: by the 4th
        ("2012-03-05", [("逾期未受理", "2012-03-02", 3), ("逾期未交办", "2012-03-04", 1)]),
    ],
)
def test_what_nobody_took_up_is_overdue_the_day_after_its_last(
    bureau: Bureau, on: str, expected: list[tuple[str, str, int]]
) -> None:
    received(bureau, "x1", "2012-03-01")
    assert amiss(asked(bureau, cutoff=on)) == [("x1", *one) for one in expected]


def test_what_was_done_late_stays_told(bureau: Bureau) -> None:
    received(bureau, "x1", "2012-03-01")
    accepted(bureau, "x1", "2012-03-03")
    assigned(bureau, "x1", "2012-03-06", due="2012-03-10")
    assert amiss(asked(bureau, cutoff="2012-03-10")) == [
        ("x1", "受理逾期", "2012-03-02", 1),
        ("x1", "交办逾期", "2012-03-04", 2),
    ]
    assert amiss(asked(bureau, cutoff="2012-03-11"))[2:] == [("x1", "逾期未办结", "2012-03-10", 1)]
    resolved(bureau, "x1", "2012-03-14")
    replied(bureau, "x1", "2012-03-14")
    assert amiss(asked(bureau))[2:] == [("x1", "办结逾期", "2012-03-10", 4)]


def test_limits_are_rules(bureau: Bureau) -> None:
    received(bureau, "x1", "2012-03-01")
    bureau.rule("complaint.accept_days", 5)
    bureau.rule("complaint.forward_days", 5)
    assert amiss(asked(bureau, cutoff="2012-03-06")) == []
    assert len(amiss(asked(bureau, cutoff="2012-03-07"))) == 2


def test_assigning_accepts(bureau: Bureau) -> None:
    received(bureau, "x1")
    assigned(bureau, "x1", "2012-03-02")
    (row,) = asked(bureau, cutoff="2012-03-05").rows
    assert (row["accepted"], row["accepted_on"]) == (True, "2012-03-02")
    assert amiss(asked(bureau, cutoff="2012-03-05")) == []


def test_a_declined_complaint_has_its_result_and_still_wants_a_reply(bureau: Bureau) -> None:
    received(bureau, "x1")
    said: dict[str, Any] = {"on": "2012-03-02", "reason": "不属受理范围"}
    bureau.record("decline-complaint", "2012-03-02", complaint_id="x1", **said)
    found = asked(bureau)
    assert (found.rows[0]["accepted"], found.rows[0]["result"]) == (False, "不属受理范围")
    assert amiss(found) == [("x1", "有着落无回音", None, None)]
    assert found.summary["landed"]["printed"] == "100%"
    replied(bureau, "x1", "2012-03-03")
    found = asked(bureau)
    assert (amiss(found), found.rows[0]["archived"]) == ([], True)


def test_an_anonymous_complaint_counts_and_is_answered_by_notice_or_noted(bureau: Bureau) -> None:
    for complaint in ("noted", "posted", "waiting"):
        received(bureau, complaint, anonymous=True, enterprise=None)
        assigned(bureau, complaint)
        resolved(bureau, complaint)
    replied(bureau, "noted", mode="无法答复（匿名）")
    replied(bureau, "posted", mode="公告")
    found = asked(bureau)
    assert [row["complainant"] for row in found.rows] == ["匿名"] * 3
    summary = found.summary
    assert (summary["received"], summary["anonymous"], summary["unanswerable"]) == (3, 3, 1)
    assert summary["replied"]["printed"] == "66.7%"
    assert amiss(found) == [("waiting", "有着落无回音", None, None)]


def test_an_enterprise_may_complain_without_naming_a_person(bureau: Bureau) -> None:
    received(bureau, "x1", against_unit="u2")
    (row,) = asked(bureau).rows
    assert (row["complainant"], row["against"]) == (None, "u2")


def test_a_review_that_opens_it_again_wants_a_new_result_and_a_new_reply(bureau: Bureau) -> None:
    received(bureau, "x1", complainant="李某")
    assigned(bureau, "x1")
    resolved(bureau, "x1")
    replied(bureau, "x1", "2012-03-11")
    said: dict[str, Any] = {"complaint_id": "x1", "grounds": "问题仍在"}
    bureau.record("request-complaint-review", "2012-03-15", **said)
    assert asked(bureau, cutoff="2012-03-16").rows[0]["archived"] is False
    reviewed: dict[str, Any] = {"complaint_id": "x1", "outcome": "重新办理", "reopened": True}
    before = bureau.projector.catch_up()
    bureau.record("review-complaint", "2012-03-20", **reviewed)
    found = asked(bureau, cutoff="2012-04-04")
    # 15 days from the review, the 4th of April included.
    assert (found.rows[0]["due"], found.rows[0]["result"]) == ("2012-04-04", None)
    assert (amiss(found), found.summary["kept"]) == ([], False)
    assert amiss(asked(bureau, cutoff="2012-04-05")) == [("x1", "逾期未办结", "2012-04-04", 1)]
    assert asked(bureau, cutoff="2012-04-05", known_at=before).summary["kept"] is True
    resolved(bureau, "x1", "2012-04-02")
    replied(bureau, "x1", "2012-04-02")
    found = asked(bureau)
    assert (amiss(found), found.rows[0]["archived"]) == ([], True)


def test_the_days_asked_for_are_included(bureau: Bureau) -> None:
    for n, on in enumerate(("2012-02-29", "2012-03-01", "2012-03-31", "2012-04-01")):
        received(bureau, f"x{n}", on)
    found = asked(bureau, "2012-03-01", "2012-03-31")
    assert [row["complaint_id"] for row in found.rows] == ["x1", "x2"]
    assert found.summary["received"] == 2
