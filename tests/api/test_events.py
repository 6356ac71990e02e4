"""The raw record over HTTP: byte for byte, in order, none missed."""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest

from domain.model.roles import SYSTEM
from domain.organisation import RegisterUnit
from tests.api.service import Service, problem
from tests.api.streams import Heard, listen


def units(service: Service, count: int, prefix: str = "u") -> None:
    """Record some events directly."""
    for number in range(count):
        command = RegisterUnit(
            unit_id=f"{prefix}{number}", name="河东乡", kind="乡镇", occurred_on=date(2012, 1, 5)
        )
        service.jurisdiction.execute(command, SYSTEM, uuid4())


def test_lines_are_the_stored_entries_byte_for_byte(service: Service) -> None:
    units(service, 3)
    answer = service.get("/v1/events", headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    stored = service.jurisdiction.recorder.entries(1, service.head())
    assert [(x["position"], x["entry"], x["leaf"]) for x in lines] == [
        (position, entry, leaf.hex()) for position, entry, leaf in stored
    ]
    for line in lines:
        assert set(line) == {"position", "leaf", "entry"}
        assert hashlib.sha256(b"\x00" + line["entry"].encode()).hexdigest() == line["leaf"]


def test_json_holds_the_same_and_the_head(service: Service) -> None:
    units(service, 3)
    answer = service.get("/v1/events", params={"after": 2, "limit": 3}).json()
    assert answer["position"] == service.head()
    assert [one["position"] for one in answer["data"]] == [3, 4, 5]


def test_more_than_a_page_is_whole(service: Service) -> None:
    units(service, 700)
    positions = [x["position"] for x in service.get("/v1/events").json()["data"]]
    assert positions == list(range(1, service.head() + 1))
    some = service.get("/v1/events", params={"after": 100, "limit": 501}).json()["data"]
    assert [x["position"] for x in some] == list(range(101, 602))


def test_types_are_any_of_and_tags_all_of(service: Service) -> None:
    units(service, 3)
    first = service.head() - 2

    def found(**query: object) -> list[int]:
        data = service.get("/v1/events", params=query).json()["data"]
        return [one["position"] for one in data]

    assert found(tag="unit:u1") == [first + 1]
    assert found(type="UnitRegistered") == [first, first + 1, first + 2]
    assert found(type=["UnitRegistered", "AccountOpened"]) == [1, first, first + 1, first + 2]
    assert found(type="AccountOpened", tag="unit:u1") == []
    assert found(tag=["unit:u1", "unit:u2"]) == []


def test_an_event_by_its_position(service: Service) -> None:
    ((_, entry, leaf),) = service.jurisdiction.recorder.entries(1, 1)
    assert service.get("/v1/events/1").json() == {
        "position": 1,
        "leaf": leaf.hex(),
        "entry": entry,
    }
    problem(service.get(f"/v1/events/{service.head() + 1}"), 404, "event-unknown")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/events?after=-1", "after"),
        ("/v1/events?limit=0", "limit"),
        ("/v1/events?limit=10001", "limit"),
        ("/v1/events?after=99999999999999999999", "after"),
        ("/v1/events/0", "position"),
        ("/v1/events/x", "position"),
    ],
)
def test_a_position_that_cannot_be(service: Service, path: str, field: str) -> None:
    document = problem(service.get(path), 422, "invalid")
    assert [error["field"] for error in document["errors"]] == [field]


def test_a_tag_with_nul_is_a_problem(service: Service) -> None:
    problem(service.get("/v1/events", params={"tag": "a\x00"}), 422, "invalid")


@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/events/1", "/v1/events/stream", "/v1/commands"]
)
def test_reading_needs_a_token(service: Service, path: str) -> None:
    problem(service.client.get(path), 401, "unauthenticated")


def test_the_stream_tells_what_is_stored_and_what_comes(service: Service) -> None:
    units(service, 2)
    writing = threading.Timer(0.5, units, [service, 2, "later"])
    writing.start()
    wanted = service.head() + 2
    heard = listen(service, lambda heard: len(heard.events) == wanted)
    writing.join()
    assert heard.status == 200
    stored = service.jurisdiction.recorder.entries(1, wanted)
    assert [(n, data["entry"]) for n, _, data in heard.events] == [(p, e) for p, e, _ in stored]
    assert heard.events[-1][1] == "UnitRegistered"


def test_the_stream_goes_on_after_the_last_event_seen(service: Service) -> None:
    units(service, 3)
    head = service.head()
    heard = listen(
        service, lambda heard: bool(heard.events), headers={"last-event-id": str(head - 1)}
    )
    assert [n for n, _, _ in heard.events] == [head]


def test_the_stream_tells_only_what_was_asked_for(service: Service) -> None:
    units(service, 3)
    heard = listen(service, lambda heard: bool(heard.events), query="tag=unit:u2")
    assert [n for n, _, _ in heard.events] == [service.head()]


def test_eight_writers_and_no_event_missed_or_out_of_order(service: Service) -> None:
    writers, each = 8, 25
    start = service.head()
    with ThreadPoolExecutor(writers) as pool:
        for writer in range(writers):
            pool.submit(units, service, each, f"w{writer}-")
        heard = listen(
            service,
            lambda heard: len(heard.events) >= writers * each,
            headers={"last-event-id": str(start)},
        )
    assert [n for n, _, _ in heard.events] == list(range(start + 1, start + writers * each + 1))


def test_the_stream_ends_when_the_service_stops(service: Service) -> None:
    def stop_the_service(heard: Heard) -> bool:
        if heard.events:
            service.app.state.feed.close()
        return False

    assert listen(service, stop_the_service).events


def test_a_position_the_record_never_had_is_told_to_the_stream(service: Service) -> None:
    headers = {"Last-Event-ID": str(service.head() + 1)}
    document = problem(service.get("/v1/events/stream", headers=headers), 409, "position-unknown")
    assert document["position"] == service.head()
    problem(service.get("/v1/events/stream", headers={"Last-Event-ID": "x"}), 400, "last-event-id")


def test_head_answers_without_a_body_and_options_says_what_is_allowed(service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.token}"}
    for path in ("/health", "/v1/events", "/v1/events/stream", "/v1/commands"):
        answer = service.client.head(path, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
        options = service.client.options(path)
        assert options.status_code == 204
        assert options.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert service.client.options("/v1/commands/register-unit").headers["Allow"] == "OPTIONS, POST"
    assert service.client.options("/nothing").status_code == 404
