"""Many requests in one commit: each decided alone, as if they had come one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError

from eventlog.batches import MOST_EVENTS, MOST_REQUESTS
from eventlog.memory import MemoryRecorder
from eventlog.outcomes import Append, Appended, AppendRefused, Conflicted, Outcome, Repeated
from eventlog.recorder import PostgresRecorder
from tests.database import TestDatabase
from tests.eventlog.recorders import (
    command,
    event,
    facts,
    item,
    numbers,
    postgres_recorder,
    secret,
    unless,
)
from tests.eventlog.reference import Reference, Requests, agrees

X = item(tags=["x"])
Y = item(tags=["y"])


Many = PostgresRecorder | MemoryRecorder


@pytest.fixture
def postgres(bare_database: TestDatabase) -> Iterator[PostgresRecorder]:
    with postgres_recorder(bare_database) as recorder:
        yield recorder


@pytest.fixture(params=["postgres", "memory"])
def recorder(request: pytest.FixtureRequest) -> Many:
    if request.param == "memory":
        return MemoryRecorder()
    postgres: PostgresRecorder = request.getfixturevalue("postgres")
    return postgres


def spans(outcomes: list[Outcome]) -> list[tuple[str, int, int]]:
    """Each outcome as (word, first, last); a conflict names one position."""
    told: list[tuple[str, int, int]] = []
    for outcome in outcomes:
        match outcome:
            case Appended(first, last, _):
                told.append(("appended", first, last))
            case Conflicted(position):
                told.append(("conflicted", position, position))
            case Repeated(first, last, same):
                told.append(("same" if same else "other", first, last))
    return told


def test_each_request_is_decided_alone(recorder: Many) -> None:
    outcomes = recorder.append_many(
        [
            Append([event("A", "x", n=1), event("A", n=2)]),
            Append([event("A", "x", n=3)], unless(X)),
            Append([event("A", "y", n=4)], unless(Y)),
            Append([event("B", n=5)], unless(item("C"))),
        ]
    )
    assert spans(outcomes) == [
        ("appended", 1, 2),
        ("conflicted", 1, 1),
        ("appended", 3, 3),
        ("appended", 4, 4),
    ]
    assert numbers(recorder.read()) == [1, 2, 4, 5]


def test_nothing_asked_is_nothing_done(recorder: Many) -> None:
    assert recorder.append_many([]) == []
    assert recorder.head() == 0


def test_of_rivals_in_one_call_the_first_wins(recorder: Many) -> None:
    rivals = [Append([event("A", "x", n=n)], unless(X)) for n in range(1, 6)]
    assert spans(recorder.append_many(rivals)) == [
        ("appended", 1, 1),
        *[("conflicted", 1, 1)] * 4,
    ]


def test_a_refused_request_refuses_nobody(recorder: Many) -> None:
    """The second loses to the first, so the third, which only clashes with the second, stands."""
    outcomes = recorder.append_many(
        [
            Append([event("A", "x", n=1)], unless(X)),
            Append([event("A", "x", "y", n=2)], unless(X)),
            Append([event("A", "y", n=3)], unless(Y)),
            Append([event("A", "y", n=4)], unless(Y)),
        ]
    )
    assert spans(outcomes) == [
        ("appended", 1, 1),
        ("conflicted", 1, 1),
        ("appended", 2, 2),
        ("conflicted", 2, 2),
    ]


def test_one_refused_by_the_record_refuses_nobody_either(recorder: Many) -> None:
    recorder.append_many([Append([event("A", "x", n=1)])])
    outcomes = recorder.append_many(
        [
            Append([event("A", "x", "y", n=2)], unless(X)),
            Append([event("A", "y", n=3)], unless(Y, after=0)),
        ]
    )
    assert spans(outcomes) == [("conflicted", 1, 1), ("appended", 2, 2)]


def test_a_chain_of_clashes_leaves_every_other_one(recorder: Many) -> None:
    """Each request clashes with its neighbour only: the odd ones stand."""
    chain = [
        Append([event("A", f"t{n}", f"t{n + 1}", n=n)], unless(item(tags=[f"t{n}"])))
        for n in range(1, 10)
    ]
    words = [word for word, *_ in spans(recorder.append_many(chain))]
    assert words == ["appended", "conflicted"] * 4 + ["appended"]
    assert numbers(recorder.read()) == [1, 3, 5, 7, 9]


def test_a_clash_within_a_call_needs_all_tags_and_one_of_the_types(recorder: Many) -> None:
    outcomes = recorder.append_many(
        [
            Append([event("A", "x", "y"), event("B", "x"), event("C")]),
            Append([event("D")], unless(item("B", tags=["x", "y"]))),
            Append([event("D")], unless(item("C", tags=["x"]))),
            Append([event("D")], unless(item("E", "B", tags=["x"]))),
            Append([event("D")], unless(item("C"))),
            Append([event("D")], unless(item("E"), item(tags=["y", "x"]))),
        ]
    )
    assert [word for word, *_ in spans(outcomes)] == [
        "appended",
        "appended",
        "appended",
        "conflicted",
        "conflicted",
        "conflicted",
    ]
    assert [first for _, first, _ in spans(outcomes)[3:]] == [2, 3, 1]


def test_a_conflict_names_the_event_that_caused_it(recorder: Many) -> None:
    recorder.append_many([Append([event("A", "x"), event("B", "x"), event("A", "y")])])
    outcomes = recorder.append_many(
        [
            Append([event("C")], unless(item("B", tags=["x"]))),
            Append([event("C")], unless(X, after=1)),
            Append([event("C")], unless(Y, after=2)),
            Append([event("C")], unless(item("A"), after=1)),
        ]
    )
    assert outcomes == [Conflicted(2), Conflicted(2), Conflicted(3), Conflicted(3)]


def test_the_librarys_append_names_it_too(postgres: PostgresRecorder) -> None:
    postgres.append([event("A", "x")])
    with pytest.raises(IntegrityError, match="event 1 "):
        postgres.append([event("B")], unless(X))


class TestCommands:
    def test_the_same_command_again_gives_its_events(self, recorder: Many) -> None:
        made = command([event("A", "x"), event("B")], unless(X), uuid4(), "aa")
        assert spans(recorder.append_many([made])) == [("appended", 1, 2)]
        recorder.append_many([command([event("C")])])
        assert spans(recorder.append_many([made])) == [("same", 1, 2)]
        assert recorder.head() == 3

    def test_the_same_id_with_another_body_is_told_apart(self, recorder: Many) -> None:
        one = uuid4()
        recorder.append_many([command([event("A")], None, one, "aa")])
        outcomes = recorder.append_many(
            [
                command([event("A")], None, one, "bb"),
                command([event("A")], None, one, "aa"),
                command([event("A")], None, one, None),
            ]
        )
        assert spans(outcomes) == [("other", 1, 1), ("same", 1, 1), ("other", 1, 1)]

    def test_without_a_recorded_digest_any_body_is_the_same(self, recorder: Many) -> None:
        one = uuid4()
        recorder.append_many([command([event("A")], None, one)])
        again = [command([event("A")], None, one, "aa"), command([event("A")], None, one)]
        assert spans(recorder.append_many(again)) == [("same", 1, 1), ("same", 1, 1)]

    def test_twice_in_one_call(self, recorder: Many) -> None:
        one, other = uuid4(), uuid4()
        outcomes = recorder.append_many(
            [
                command([event("A", n=1), event("A", n=2)], None, one, "aa"),
                command([event("A", n=3)], None, one, "aa"),
                command([event("A", n=4)], None, one, "bb"),
                command([event("A", n=5)], None, other, "aa"),
            ]
        )
        assert spans(outcomes) == [
            ("appended", 1, 2),
            ("same", 1, 2),
            ("other", 1, 2),
            ("appended", 3, 3),
        ]
        assert numbers(recorder.read()) == [1, 2, 5]

    def test_twice_in_one_call_where_the_first_is_refused(self, recorder: Many) -> None:
        one = uuid4()
        recorder.append_many([command([event("A", "x", n=1)])])
        outcomes = recorder.append_many(
            [
                command([event("A", n=2)], unless(X), one, "aa"),
                command([event("A", n=3)], unless(X, after=1), one, "aa"),
                command([event("A", n=4)], unless(X), one, "aa"),
            ]
        )
        assert spans(outcomes) == [("conflicted", 1, 1), ("appended", 2, 2), ("same", 2, 2)]

    def test_a_repeated_command_is_known_before_its_condition_is_looked_at(
        self, recorder: Many
    ) -> None:
        one = uuid4()
        recorder.append_many([command([event("A", "x")], unless(X), one, "aa")])
        again = command([event("A", "x")], unless(X), one, "aa")
        assert spans(recorder.append_many([again, again])) == [("same", 1, 1)] * 2

    def test_known_tells_where_a_command_stands(self, recorder: Many) -> None:
        one = uuid4()
        assert recorder.known(one, "aa") is None
        recorder.append_many([command([event("A")]), command([event("A")] * 2, None, one, "aa")])
        assert recorder.known(one, "aa") == Repeated(2, 3, True, "aa")
        assert recorder.known(one, "bb") == Repeated(2, 3, False, "aa")
        assert recorder.known(one, None) == Repeated(2, 3, False, "aa")

    def test_secrets_are_kept_where_their_events_are(self, recorder: Many) -> None:
        lost, kept = secret("12345", bytes(32)), secret("67890", bytes(range(32)))
        recorder.append_many([command([event("A", "x")])])
        recorder.append_many(
            [
                command([event("A")], unless(X), uuid4(), "aa", [(0, lost)]),
                command([event("A"), event("A")], None, uuid4(), "aa", [(1, kept)]),
            ]
        )
        assert recorder.salts(1, 2) == []
        assert recorder.salts(1, 3) == [(kept.commitment, kept.salt)]


class TestLimits:
    def test_one_call_takes_a_thousand_requests(self, postgres: PostgresRecorder) -> None:
        requests = [Append([event("A", n=n)]) for n in range(MOST_REQUESTS)]
        assert spans(postgres.append_many(requests))[-1] == ("appended", 1000, 1000)
        with pytest.raises(AppendRefused, match="1000 requests"):
            postgres.append_many([*requests, requests[0]])
        assert postgres.head() == 1000

    def test_and_a_hundred_thousand_events(self, postgres: PostgresRecorder) -> None:
        with pytest.raises(AppendRefused, match="100000 events"):
            postgres.append_many([Append([event("A")] * MOST_EVENTS), Append([event("A")])])
        assert postgres.head() == 0

    @pytest.mark.parametrize("beside", [0, 1])
    def test_a_request_without_events_is_refused(self, recorder: Many, beside: int) -> None:
        with pytest.raises(AppendRefused):
            recorder.append_many([Append([]), *[Append([event("A")])] * beside])
        assert recorder.head() == 0

    def test_a_tag_too_long_for_the_index_is_refused(self, postgres: PostgresRecorder) -> None:
        with pytest.raises(AppendRefused):
            postgres.append_many([Append([event("A", Random(1).randbytes(6000).hex())])])
        assert postgres.head() == 0

    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b"[1]",
            b"1",
            b'{"n":1',
            b'{"n":1}{"n":2}',
            b'{"n":"\\u0000"}',
            b'{"recorded_at":"1999-01-01T00:00:00.000000Z"}',
        ],
    )
    def test_a_body_that_makes_no_entry_is_refused(
        self, postgres: PostgresRecorder, body: bytes
    ) -> None:
        """Not one JSON object, or one with its own recording time, or with what no jsonb can hold."""
        broken = event("A", "x")
        broken.data = body
        with pytest.raises(AppendRefused):
            postgres.append_many([Append([broken])])
        assert postgres.head() == 0

    def test_text_that_is_none_is_refused(self, postgres: PostgresRecorder) -> None:
        for tag in ("\0", "\ud800"):
            broken = event("A", "x")
            broken.tags = [tag]
            with pytest.raises(AppendRefused):
                postgres.append_many([Append([broken])])
        assert postgres.head() == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_calls_agree_with_the_slow_reference(recorder: Many, seed: int) -> None:
    compare(recorder, seed, calls=120)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_random_calls_agree_with_the_slow_reference(recorder: Many, seed: int) -> None:
    compare(recorder, seed, calls=400)


def compare(recorder: Many, seed: int, calls: int) -> None:
    """Give the same random calls to both, and ask both the same questions."""
    print("seed", seed)
    reference, requests = Reference(), Requests(Random(seed))
    for _ in range(calls):
        batch = requests.batch(len(reference.events))
        given = recorder.append_many(batch)
        expected = [reference.submit(request) for request in batch]
        for one, wanted, got in zip(batch, expected, given, strict=True):
            assert agrees(wanted, got), f"{one}\nexpected {wanted}, got {got}"
        asked = requests.query()
        after = max(0, len(reference.events) - 20)
        found = [e.position for e in recorder.read(asked, after=after)]
        assert found == reference.find(asked, after)
    stored = list(recorder.read())
    assert facts(stored) == facts(reference.sequenced())
    assert reference.commands, "no command was recorded"
