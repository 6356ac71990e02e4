"""`GET /v1/rates` and its members: the exchange of CONTRACT.md on the worked example of SPEC §4.4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.reads import Reader, reading
from tests.api.service import Service, problem

D = "2012-12-31"


@pytest.fixture
def reader(service: Service) -> Iterator[Reader]:
    with reading(service) as found:
        yield found


def rate(by: str, numerator: str, denominator: str, fraction: str, percent: str) -> dict[str, Any]:
    return {
        "by": by,
        "numerator": numerator,
        "denominator": denominator,
        "fraction": fraction,
        "percent": percent,
        "printed": f"{percent}%",
    }


def test_the_worked_example_before_and_after_a_correction(reader: Reader) -> None:
    at = reader.worked_example()
    before = reader.service.head()
    content = reader.get("/v1/rates", cutoff=D)
    assert content["as_of"] == {"cutoff": D, "known_at": before, "rules_at": D}
    assert content["position"] == before
    assert content["checkpoint"] is None
    (row,) = content["data"]
    assert row["group"] is None
    assert row["projects"] == 4
    assert row["performance"] == {
        **rate("count", "3", "4", "3/4", "75"),
        "amount": rate("amount", "60000.00", "100000.00", "3/5", "60"),
    }
    assert row["fund_arrival"] == {
        **rate("amount", "14000.00", "100000.00", "7/50", "14"),
        "count": rate("count", "2", "4", "1/2", "50"),
    }
    assert row["commencement"] == {
        **rate("count", "2", "4", "1/2", "50"),
        "amount": rate("amount", "30000.00", "100000.00", "3/10", "30"),
    }

    # c was contracted at 20,000 in truth: 14,000 of 90,000 is 14/90 = 7/45.
    money = {"amount": "200000000.00", "currency": "CNY"}
    corrected = reader.give(
        "correct-event",
        "2013-01-15",
        judge=True,
        target=at["c"],
        changes={"contract_introduced_funds": money},
        reason="与合同原件不符",
    )
    (now,) = reader.get("/v1/rates", cutoff=D)["data"]
    assert now["fund_arrival"] == {
        **rate("amount", "14000.00", "90000.00", "7/45", "15.6"),
        "count": rate("count", "2", "4", "1/2", "50"),
    }
    (then,) = reader.get("/v1/rates", cutoff=D, known_at=corrected - 1)["data"]
    assert then == row
    (once,) = reader.get("/v1/rates", cutoff=D, known_at=corrected)["data"]
    assert once == now


def test_every_figure_opens_into_projects_and_positions(reader: Reader) -> None:
    at = reader.worked_example()
    content = reader.get("/v1/rates/members", cutoff=D)
    assert content["next"] is None
    members = {m["project_id"]: m for m in content["data"]}
    assert list(members) == ["a", "b", "c", "d"]
    assert members["a"]["performed"] == {
        "holds": True,
        "positions": [at["funds of a"], at["production of a"]],
    }
    assert members["b"]["commenced"] == {"holds": True, "positions": [at["start of b"]]}
    assert members["c"]["performed"] == {"holds": True, "positions": [at["company of c"]]}
    assert members["c"]["arrival"] == {"holds": False, "positions": []}
    assert members["d"]["performed"] == {"holds": False, "positions": [at["end of d"]]}
    assert members["d"]["contract"] == {"amount": "400000000.00", "currency": "CNY"}
    assert at["a"] in members["a"]["counted"]["positions"]


def test_members_come_in_pages_that_fit_together(reader: Reader) -> None:
    reader.worked_example()
    first = reader.get("/v1/rates/members", cutoff=D, limit=3)
    assert [m["project_id"] for m in first["data"]] == ["a", "b", "c"]
    second = reader.get("/v1/rates/members", limit=3, cursor=first["next"])
    assert [m["project_id"] for m in second["data"]] == ["d"]
    assert second["as_of"] == first["as_of"]
    assert second["next"] is None


def test_groups_and_their_members(reader: Reader) -> None:
    reader.worked_example()
    rows = reader.get("/v1/rates", cutoff=D, group_by="signing_year")["data"]
    assert [(r["group"], r["projects"], r["performance"]["printed"]) for r in rows] == [
        ("2011", 2, "100%"),
        ("2012", 2, "50%"),
    ]
    of_2012 = reader.get("/v1/rates/members", cutoff=D, group_by="signing_year", group="2012")
    assert [m["project_id"] for m in of_2012["data"]] == ["c", "d"]


def test_the_answer_names_the_rules_it_applied(reader: Reader) -> None:
    own = reader.give(
        "set-rule-parameter",
        "2012-06-01",
        judge=True,
        key="rate.levels",
        value=["正式合同"],
        valid_from="2012-06-01",
        valid_to=None,
        doc={"no": "县发6号", "title": "统计口径"},
        note=None,
    )
    reader.worked_example()
    content = reader.get("/v1/rates", cutoff=D)
    assert content["rules"]["rate.levels"] == {
        "value": ["正式合同"],
        "position": own,
        "document": "县发6号",
    }
    assert content["data"][0]["projects"] == 3
    assert reader.get("/v1/rates", cutoff=D, rules_at="2012-05-31")["data"][0]["projects"] == 4


def test_nothing_to_divide_by_prints_a_dash(reader: Reader) -> None:
    (row,) = reader.get("/v1/rates", cutoff=D)["data"]
    assert row["projects"] == 0
    for of in (row["performance"], row["fund_arrival"]["count"], row["commencement"]["amount"]):
        assert of["fraction"] is None
        assert of["percent"] is None
        assert of["printed"] == "—"


@pytest.mark.parametrize(
    "query",
    [
        {"group_by": "colour"},
        {"group": "u\x00", "group_by": "unit"},
        {"cursor": "WyIyMDEyLTEyLTMxIiwxLCIyMDEyLTEyLTMxIix7ImEiOjF9XQ"},
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(reader: Reader, query: dict[str, str]) -> None:
    problem(reader.service.get("/v1/rates/members", params=query), 422, "invalid")


def test_an_unset_rule_is_named(service: Service) -> None:
    with reading(service) as reader:
        answer = reader.service.get("/v1/rates", params={"known_at": 1})
        assert problem(answer, 409, "rule-not-set")["needed"] == "rate.signed_from"
