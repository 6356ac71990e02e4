"""The frame of reads: the two time axes, freshness, pages that fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter

from api.projecting import projecting
from api.reading import Asked
from eventlog.registrar import shanghai_today
from tests.api.service import Service, problem

router = APIRouter()


@router.get("/v1/units-known")
def units_known(reading: Asked) -> dict[str, Any]:
    """The registered units, by id; a read as any other, made for this test."""
    with reading.served.pool.connection() as connection:
        rows = connection.execute(
            "select unit_id from unit_at(%(known_at)s, %(cutoff)s) "
            "where %(after)s::text is null or unit_id > %(after)s order by unit_id limit %(limit)s",
            {**reading.as_of.bounds, "after": reading.after, "limit": reading.limit + 1},
        ).fetchall()
    return reading.page([row[0] for row in rows], key=lambda unit: unit)


@pytest.fixture
def reader(service: Service) -> Iterator[Service]:
    """A service whose figures are kept current, with the units u1 to u5."""
    service.app.include_router(router)
    with projecting(service.jurisdiction):
        for number in range(1, 6):
            day = f"2012-01-0{number}"
            service.recorded(
                "register-unit", unit_id=f"u{number}", name="乡", kind="乡镇", occurred_on=day
            )
        yield service


def ask(service: Service, **query: object) -> dict[str, Any]:
    """Read the units, after everything recorded so far."""
    answer = service.get("/v1/units-known", params={"min_position": service.head(), **query})
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_an_answer_says_what_it_rests_on(reader: Service) -> None:
    content = ask(reader)
    today = shanghai_today().isoformat()
    head = reader.head()
    assert content == {
        "as_of": {"cutoff": today, "known_at": head, "rules_at": today},
        "position": head,
        "checkpoint": None,
        "next": None,
        "data": ["u1", "u2", "u3", "u4", "u5"],
    }


def test_the_cutoff_is_a_business_date_and_included(reader: Service) -> None:
    content = ask(reader, cutoff="2012-01-03")
    assert content["data"] == ["u1", "u2", "u3"]
    assert content["as_of"]["rules_at"] == "2012-01-03"
    assert ask(reader, cutoff="2012-01-03", rules_at="2010-01-01")["as_of"] == {
        "cutoff": "2012-01-03",
        "known_at": reader.head(),
        "rules_at": "2010-01-01",
    }


def test_known_at_is_a_position_or_a_moment(reader: Service) -> None:
    recorder = reader.jurisdiction.recorder
    third = reader.head() - 2
    assert ask(reader, known_at=third)["data"] == ["u1", "u2", "u3"]
    ((_, entry, _),) = recorder.entries(third, third)
    stamp = entry[16:43]
    for moment in (stamp, stamp.replace("Z", "+00:00"), stamp.replace("Z", " 00:00")):
        content = ask(reader, known_at=moment)
        assert content["as_of"]["known_at"] == third
        assert content["data"] == ["u1", "u2", "u3"]
    assert ask(reader, known_at="2001-01-01T00:00:00Z")["data"] == []
    assert ask(reader, known_at="2999-01-01T08:00:00+08:00")["as_of"]["known_at"] == reader.head()


def test_pages_fit_together_while_events_arrive(reader: Service) -> None:
    first = ask(reader, limit=2)
    assert first["data"] == ["u1", "u2"]
    reader.recorded("register-unit", unit_id="u25", name="乡", kind="乡镇")
    second = ask(reader, limit=2, cursor=first["next"])
    assert second["data"] == ["u3", "u4"]
    assert second["as_of"] == first["as_of"]
    last = ask(reader, limit=2, cursor=second["next"])
    assert (last["data"], last["next"]) == (["u5"], None)
    assert "u25" in ask(reader)["data"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cutoff": "2012-02-30"}, "cutoff"),
        ({"cutoff": "20120201"}, "cutoff"),
        ({"rules_at": "1328054400"}, "rules_at"),
        ({"known_at": "yesterday"}, "known_at"),
        ({"known_at": "2012-02-01T00:00:00"}, "known_at"),
        ({"known_at": "2012-02-30T00:00:00Z"}, "known_at"),
        ({"known_at": "9" * 30}, "known_at"),
        ({"known_at": "１２"}, "known_at"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"min_position": -1}, "min_position"),
    ],
)
def test_what_cannot_be_read_says_what_is_needed(
    reader: Service, query: dict[str, object], field: str
) -> None:
    document = problem(reader.get("/v1/units-known", params=query), 422, "invalid")
    assert [error["field"] for error in document["errors"]] == [field]


@pytest.mark.parametrize("name", ["known_at", "min_position"])
def test_a_position_beyond_the_record_is_told(reader: Service, name: str) -> None:
    answer = reader.get("/v1/units-known", params={name: reader.head() + 1})
    assert problem(answer, 422, "position-unknown")["position"] == reader.head()


def test_figures_that_stay_behind_are_a_503_with_the_lag(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody projects here."""
    monkeypatch.setattr("api.reading.FRESH_WITHIN_S", 0.05)
    service.app.include_router(router)
    answer = service.get("/v1/units-known", params={"min_position": 1})
    document = problem(answer, 503, "not-projected-yet")
    assert document["position"] == 0
    assert document["lag_s"] > 0
    assert answer.headers["Retry-After"] == "2"


def test_a_command_can_wait_until_its_figures_are_there(reader: Service) -> None:
    body = {"unit_id": "u6", "name": "乡", "kind": "乡镇"}
    reader.post("register-unit", body, params={"wait": "projected"})
    assert "u6" in reader.get("/v1/units-known").json()["data"]
