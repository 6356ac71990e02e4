"""`GET /v1/projects`, one project, and its history, as CONTRACT.md writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.api.reads import Reader, reading
from tests.api.service import Service, problem

D = "2012-12-31"


@pytest.fixture
def reader(service: Service) -> Iterator[Reader]:
    with reading(service) as found:
        found.worked_example()
        yield found


def test_projects_are_listed_by_stage_in_pages(reader: Reader) -> None:
    first = reader.get("/v1/projects", cutoff=D, limit=4)
    assert [row["project_id"] for row in first["data"]] == ["a", "b", "c", "d"]
    second = reader.get("/v1/projects", cursor=first["next"], limit=4)
    assert [row["project_id"] for row in second["data"]] == ["e", "f"]
    producing = reader.get("/v1/projects", cutoff=D, stage="投产")
    assert [row["project_id"] for row in producing["data"]] == ["a", "e"]
    assert reader.get("/v1/projects", cutoff=D, unit="u9")["data"] == []


def test_one_project_as_of_a_day(reader: Reader) -> None:
    told = reader.get("/v1/projects/b", cutoff=D)["data"]
    assert (told["stage"], told["jurisdiction"], told["tier"]) == ("开工", "u1", "T2")
    assert told["funds"]["recognised"] == {"amount": "50000000.00", "currency": "CNY"}
    assert reader.get("/v1/projects/b", cutoff="2012-12-30")["data"]["stage"] == "履约"


def test_a_history_as_the_contract_writes_it(reader: Reader) -> None:
    content = reader.get("/v1/projects/d/history")
    lines = content["data"]
    assert [line["type"] for line in lines] == [
        "ProjectOpened",
        "SigningRecorded",
        "SigningVerified",
        "SigningTerminated",
    ]
    wanted = "position type recorded_at occurred_on late_by_days actor sentence entry corrects"
    for line in lines:
        assert {*wanted.split(), "superseded_by"} <= set(line)
        assert set(line["sentence"]) == {"zh", "en"}
        leaf = hashlib.sha256(b"\x00" + line["entry"].encode()).hexdigest()
        stored = reader.service.get(f"/v1/events/{line['position']}").json()
        assert (leaf, line["entry"]) == (line["leaf"], stored["entry"])
    assert [
        x["type"] for x in reader.get("/v1/projects/d/history", cutoff="2012-10-31")["data"]
    ] == [line["type"] for line in lines[:-1]]


def test_a_project_that_nobody_opened_is_not_found(reader: Reader) -> None:
    for path in ("/v1/projects/zz", "/v1/projects/zz/history"):
        answer = reader.service.get(path, params={"min_position": reader.service.head()})
        problem(answer, 404, "subject-unknown")
