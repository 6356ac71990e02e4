"""`GET /v1/ledgers/{name}`: pages of JSON, and the whole ledger as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from api.routes import ledgers
from tests.api.reads import Reader, reading
from tests.api.service import Service, problem

D = "2012-12-31"


@pytest.fixture
def reader(service: Service) -> Iterator[Reader]:
    with reading(service) as found:
        yield found


def test_a_ledger_in_pages(reader: Reader) -> None:
    reader.worked_example()
    first = reader.get("/v1/ledgers/signed-projects", cutoff=D, limit=3)
    assert first["title"]["zh"] == "招商引资签约项目台账"
    assert [row["项目编号"] for row in first["data"]] == ["a", "b", "c"]
    assert first["headings"][:3] == ["序号", "项目编号", "项目名称"]
    second = reader.get("/v1/ledgers/signed-projects", cursor=first["next"], limit=3)
    assert [row["项目编号"] for row in second["data"]] == ["d", "e"]
    assert second["next"] is None
    funds = reader.get("/v1/ledgers/funds", cutoff=D, limit=2)
    assert [row["到位编号"] for row in funds["data"]] == ["a-a", "a-b"]
    last = reader.get("/v1/ledgers/funds", cursor=funds["next"], limit=2)
    assert [row["到位编号"] for row in last["data"]] == ["a-e"]


def test_a_sheet_holds_the_whole_ledger_and_no_formula(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "LINES_AT_A_TIME", 2)
    reader.worked_example()
    changes = {"name": "=cmd|'/c calc'!A0"}
    target = reader.get("/v1/projects/b")["data"]["position"]
    on = "2013-01-05"
    reader.give("correct-event", on, judge=True, target=target, changes=changes, reason="更名")
    answer = reader.service.get(
        "/v1/ledgers/signed-projects",
        params={"cutoff": D, "min_position": reader.service.head()},
        headers={"Accept": "text/csv"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    head = reader.service.head()
    assert f"signed-projects-{D}-{head}.csv" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["序号"], row["项目编号"]) for row in rows] == [
        ("1", "a"),
        ("2", "b"),
        ("3", "c"),
        ("4", "d"),
        ("5", "e"),
    ]
    assert rows[1]["项目名称"] == "'=cmd|'/c calc'!A0"
    assert rows[0]["资金到位率(%)"] == "90%"


def test_an_empty_ledger_is_a_sheet_of_headings(reader: Reader) -> None:
    fresh = {"format": "csv", "min_position": reader.service.head()}
    answer = reader.service.get("/v1/ledgers/funds", params=fresh)
    assert answer.status_code == 200
    assert list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))) == []


def test_ledgers_are_listed_and_unknown_ones_are_not_found(reader: Reader) -> None:
    names = [one["name"] for one in reader.get("/v1/ledgers")["data"]]
    assert names == ["signed-projects", "major-projects", "funds"]
    problem(reader.service.get("/v1/ledgers/gold"), 404, "ledger-unknown")
    assert reader.get("/v1/ledgers/funds")["data"] == []
