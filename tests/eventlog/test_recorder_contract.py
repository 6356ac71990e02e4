"""One contract for every DCB recorder: ours on PostgreSQL, ours in memory, and the library's own.

Our recorders put `recorded_at` in front of the data; everything else has to be the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from eventsourcing.dcb.api import DCBQueryItem, DCBRecorder
from eventsourcing.dcb.popo import InMemoryDCBRecorder
from eventsourcing.persistence import IntegrityError, ProgrammingError

from eventlog.entry import canonical
from eventlog.memory import MemoryRecorder
from tests.database import TestDatabase
from tests.eventlog.recorders import (
    event,
    facts,
    item,
    numbers,
    postgres_recorder,
    query,
    unless,
)


@pytest.fixture(params=["postgres", "memory", "library"])
def recorder(request: pytest.FixtureRequest) -> Iterator[DCBRecorder]:
    if request.param == "postgres":
        database: TestDatabase = request.getfixturevalue("bare_database")
        with postgres_recorder(database) as recorder:
            yield recorder
    else:
        yield {"memory": MemoryRecorder, "library": InMemoryDCBRecorder}[request.param]()


@pytest.fixture
def filled(recorder: DCBRecorder) -> DCBRecorder:
    """Six events: types A A B B C A; tags x, x y, x, y, none, x z."""
    recorder.append([event("A", "x", n=1), event("A", "x", "y", n=2)])
    recorder.append([event("B", "x", n=3)])
    recorder.append([event("B", "y", n=4), event("C", n=5), event("A", "x", "z", n=6)])
    return recorder


class TestReading:
    def test_an_empty_record_has_no_head(self, recorder: DCBRecorder) -> None:
        response = recorder.read()
        assert response.head is None
        assert list(response) == []

    def test_events_come_back_as_they_went_in(self, filled: DCBRecorder) -> None:
        assert facts(filled.read()) == [
            (1, "A", 1, ("x",)),
            (2, "A", 2, ("x", "y")),
            (3, "B", 3, ("x",)),
            (4, "B", 4, ("y",)),
            (5, "C", 5, ()),
            (6, "A", 6, ("x", "z")),
        ]

    def test_the_order_of_tags_is_kept(self, recorder: DCBRecorder) -> None:
        recorder.append([event("A", "z", "a", "m")])
        assert facts(recorder.read()) == [(1, "A", 0, ("z", "a", "m"))]

    def test_data_comes_back_byte_for_byte(self, recorder: DCBRecorder) -> None:
        stored = event("A")
        said = {"n": 1, "tags": [], "text": '中绿 "é" \\ \t \x01 \x7f 🙂', "type": "A"}
        stored.data = canonical(said).encode()
        recorder.append([stored])
        (found,) = recorder.read()
        assert found.event.data.endswith(stored.data[1:])

    @pytest.mark.parametrize(
        ("after", "limit", "expected"),
        [
            (None, None, [1, 2, 3, 4, 5, 6]),
            (0, None, [1, 2, 3, 4, 5, 6]),
            (2, None, [3, 4, 5, 6]),
            (6, None, []),
            (99, None, []),
            (None, 2, [1, 2]),
            (3, 2, [4, 5]),
            (3, 99, [4, 5, 6]),
            (None, 0, []),
        ],
    )
    def test_after_and_limit(
        self, filled: DCBRecorder, after: int | None, limit: int | None, expected: list[int]
    ) -> None:
        assert numbers(filled.read(after=after, limit=limit)) == expected

    @pytest.mark.parametrize(
        ("items", "expected"),
        [
            ([], [1, 2, 3, 4, 5, 6]),
            ([item()], [1, 2, 3, 4, 5, 6]),
            ([item("A")], [1, 2, 6]),
            ([item("A", "C")], [1, 2, 5, 6]),
            ([item("D")], []),
            ([item(tags=["x"])], [1, 2, 3, 6]),
            ([item(tags=["x", "y"])], [2]),
            ([item(tags=["y", "x"])], [2]),
            ([item(tags=["x", "x"])], [1, 2, 3, 6]),
            ([item(tags=["w"])], []),
            ([item("A", tags=["x"])], [1, 2, 6]),
            ([item("A", "B", tags=["y"])], [2, 4]),
            ([item("B", tags=["x", "y"])], []),
            ([item("A", tags=["x", "z"])], [6]),
            ([item("B"), item("C")], [3, 4, 5]),
            ([item(tags=["y"]), item(tags=["z"])], [2, 4, 6]),
            ([item(tags=["x"]), item("A")], [1, 2, 3, 6]),
            ([item("C"), item(tags=["y", "x"]), item("B", tags=["x"])], [2, 3, 5]),
            ([item("A", tags=["x"]), item("A", tags=["x", "y"])], [1, 2, 6]),
            ([item("D"), item()], [1, 2, 3, 4, 5, 6]),
            ([item(tags=["w"]), item()], [1, 2, 3, 4, 5, 6]),
        ],
    )
    def test_a_query_finds_what_matches_any_of_its_items(
        self, filled: DCBRecorder, items: list[DCBQueryItem], expected: list[int]
    ) -> None:
        assert numbers(filled.read(query(*items))) == expected
        assert numbers(filled.read(query(*items), after=2)) == [n for n in expected if n > 2]
        assert (
            numbers(filled.read(query(*items), after=1, limit=2))
            == [n for n in expected if n > 1][:2]
        )

    def test_without_a_limit_the_head_is_that_of_the_record(self, filled: DCBRecorder) -> None:
        assert filled.read().head == 6
        assert filled.read(query(item("B"))).head == 6
        assert filled.read(query(item("D"))).head == 6
        assert filled.read(query(item(tags=["w"]))).head == 6
        assert filled.read(after=6).head == 6

    def test_with_a_limit_the_head_is_the_last_one_found(self, filled: DCBRecorder) -> None:
        assert filled.read(limit=2).head == 2
        assert filled.read(query(item("B")), limit=1).head == 3
        assert filled.read(query(item(tags=["y"])), limit=99).head == 4
        assert filled.read(query(item("D")), limit=1).head is None
        assert filled.read(after=6, limit=1).head is None

    @pytest.mark.parametrize(
        "tag",
        [
            "",
            " ",
            "NULL",
            "null",
            'a"b',
            "a'b",
            "a\\b",
            "a{b}c",
            "a,b",
            "50%s",
            "中绿集团",
            "a\tb\nc",
            "🙂",
            "é",
        ],
    )
    def test_a_tag_is_any_text(self, recorder: DCBRecorder, tag: str) -> None:
        recorder.append([event("A", tag, "other", n=1), event("A", "other", n=2)])
        assert facts(recorder.read(query(item(tags=[tag])))) == [(1, "A", 1, (tag, "other"))]
        assert numbers(recorder.read(query(item("A", tags=["other", tag])))) == [1]
        with pytest.raises(IntegrityError):
            recorder.append([event("B")], unless(item("A", tags=["other", tag])))

    @pytest.mark.parametrize("kind", ["NULL", 'a"b', "a\\b", "a,b{}", "类型"])
    def test_a_type_is_any_text(self, recorder: DCBRecorder, kind: str) -> None:
        recorder.append([event(kind, "x", n=1), event("A", "x", n=2)])
        assert numbers(recorder.read(query(item(kind)))) == [1]
        assert numbers(recorder.read(query(item(kind, "B", tags=["x"])))) == [1]
        with pytest.raises(IntegrityError):
            recorder.append([event("B")], unless(item(kind, tags=["x"])))

    def test_a_tag_given_twice_counts_once(self, recorder: DCBRecorder) -> None:
        recorder.append([event("A", "x", n=1)])
        twice = event("A", "x", n=2)
        twice.tags = ["x", "x"]
        recorder.append([twice])
        assert [e.position for e in recorder.read(query(item(tags=["x"])))] == [1, 2]


class TestAppending:
    def test_the_answer_is_the_last_position(self, recorder: DCBRecorder) -> None:
        assert recorder.append([event("A")]) == 1
        assert recorder.append([event("A"), event("B"), event("C")]) == 4

    def test_nothing_cannot_be_appended(self, recorder: DCBRecorder) -> None:
        with pytest.raises(ProgrammingError):
            recorder.append([])
        assert recorder.read().head is None

    @pytest.mark.parametrize(
        "items",
        [
            [],
            [item()],
            [item("A")],
            [item("D", "A")],
            [item(tags=["x"])],
            [item(tags=["x", "z"])],
            [item("A", tags=["x"])],
            [item("B", "A", tags=["z", "x"])],
            [item("D"), item("A")],
            [item(tags=["w"]), item("A", tags=["z"])],
            [item("D", tags=["x"]), item("A")],
        ],
    )
    def test_a_condition_fails_on_what_matches_after_it(
        self, filled: DCBRecorder, items: list[DCBQueryItem]
    ) -> None:
        """The last event, A with x and z, matches each of these."""
        for after in (None, 0, 3, 5):
            with pytest.raises(IntegrityError):
                filled.append([event("D", "x", n=7)], unless(*items, after=after))
        assert filled.read().head == 6
        assert filled.append([event("D", "x", n=7)], unless(*items, after=6)) == 7

    @pytest.mark.parametrize(
        "items",
        [
            [item("D")],
            [item(tags=["w"])],
            [item("A", tags=["w"])],
            [item("C", tags=["x"])],
            [item("A", tags=["y", "z"])],
            [item(tags=["x", "y", "z"])],
            [item("D"), item(tags=["w"]), item("B", tags=["z"])],
        ],
    )
    def test_a_condition_holds_where_nothing_matches(
        self, filled: DCBRecorder, items: list[DCBQueryItem]
    ) -> None:
        assert filled.append([event("E", n=7)], unless(*items)) == 7

    def test_events_before_the_condition_do_not_matter(self, filled: DCBRecorder) -> None:
        assert filled.append([event("E")], unless(item("B"), after=4)) == 7

    def test_a_condition_after_the_head_holds(self, filled: DCBRecorder) -> None:
        assert filled.append([event("E")], unless(item("A"), after=99)) == 7

    def test_events_do_not_stand_in_their_own_way(self, recorder: DCBRecorder) -> None:
        both = [event("A", "x"), event("A", "x")]
        assert recorder.append(both, unless(item("A", tags=["x"]))) == 2

    def test_what_was_refused_left_nothing_and_no_gap(self, filled: DCBRecorder) -> None:
        for _ in range(3):
            with pytest.raises(IntegrityError):
                filled.append([event("D", "w"), event("E", "w")], unless(item("A")))
        assert numbers(filled.read(query(item(tags=["w"])))) == []
        assert filled.append([event("D", n=7)]) == 7
        assert [e.position for e in filled.read()] == [1, 2, 3, 4, 5, 6, 7]


class TestFollowing:
    def test_it_gives_what_is_there_and_waits_for_what_comes(self, filled: DCBRecorder) -> None:
        with filled.subscribe(after=4) as subscription:
            assert [next(subscription).position for _ in range(2)] == [5, 6]
            later = threading.Timer(0.05, filled.append, [[event("A", n=7), event("B", n=8)]])
            later.start()
            assert [next(subscription).position for _ in range(2)] == [7, 8]
            later.join()

    def test_it_gives_only_what_matches(self, filled: DCBRecorder) -> None:
        with filled.subscribe(query(item("A", tags=["x"]), item("C"))) as subscription:
            assert [next(subscription).position for _ in range(4)] == [1, 2, 5, 6]
            filled.append([event("A", n=7), event("B", "x", n=8), event("A", "x", n=9)])
            assert next(subscription).position == 9

    def test_stopping_ends_it(self, filled: DCBRecorder) -> None:
        subscription = filled.subscribe(after=6)
        seen: list[int] = []
        with subscription:
            reading = threading.Thread(target=lambda: seen.extend(e.position for e in subscription))
            reading.start()
            filled.append([event("A", n=7)])
            while not seen:
                pass
            subscription.stop()
            reading.join(5)
            assert not reading.is_alive()
        assert seen == [7]
