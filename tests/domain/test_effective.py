"""What an event means after its amendments: the quick reading against a slow one (SPEC G8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.model.effective import (
    Amendment,
    Change,
    EventCorrected,
    EventRevoked,
    amendments_tag,
    effective,
    voided,
)
from domain.model.event import Event, Recorded, Recorder
from domain.organisation import PostHeld
from tests.domain.histories import reading

START = datetime(2012, 1, 1, tzinfo=UTC)
CLERK = Recorder("clerk", "clerk", "u0", "LGO")


def recorded(position: int, event: Event, day: int = 1) -> Recorded:
    return Recorded(
        position=position,
        recorded_at=START + timedelta(seconds=position),
        event=event,
        actor=CLERK,
        command_id=str(position),
        occurred_on=date(2012, 1, day),
        tags=event.tags,
    )


def held(position: int, unit: str = "u1", post: str = "镇长") -> Recorded:
    return recorded(position, PostHeld(person="p1", unit_id=unit, post=post))


def corrected(position: int, target: int, **changes: Any) -> Recorded:
    event = EventCorrected(
        target=target,
        root=target,
        reason="有误",
        changes={name: Change(old=None, new=new) for name, new in changes.items()},
    )
    return recorded(position, event)


def revoked(position: int, target: int, root: int | None = None) -> Recorded:
    return recorded(position, EventRevoked(target=target, root=root or target, reason="有误"))


def what_stands(record: list[Recorded]) -> dict[int, tuple[dict[str, Any], str]]:
    return {
        r.position: (r.event.model_dump(mode="json", by_alias=True), r.occurred_on.isoformat())
        for r in effective(record)
    }


def test_an_event_without_amendments_is_itself() -> None:
    one = held(1)
    assert effective([one]) == [one]
    assert effective([]) == []


def test_a_correction_changes_the_fields_it_names_and_the_tags() -> None:
    [now] = effective([held(1, "u1", "镇长"), corrected(2, 1, unit_id="u2")])
    assert now.event == PostHeld(person="p1", unit_id="u2", post="镇长")
    assert now.tags == ("participant:p1", "unit:u2")
    assert now.position == 1
    assert now.amended_by == (2,)


def test_the_last_correction_of_a_field_counts_and_others_stay() -> None:
    record = [
        held(1),
        corrected(2, 1, unit_id="u2", post="书记"),
        corrected(3, 1, unit_id="u3"),
    ]
    [now] = effective(record)
    assert now.event == PostHeld(person="p1", unit_id="u3", post="书记")
    assert now.amended_by == (2, 3)


def test_the_business_date_can_be_corrected() -> None:
    [now] = effective([held(1), corrected(2, 1, occurred_on="2011-12-31")])
    assert now.occurred_on == date(2011, 12, 31)
    assert now.recorded_at == START + timedelta(seconds=1)


def test_a_revoked_event_is_gone_and_comes_back_with_the_revocations_own() -> None:
    record = [held(1), revoked(2, 1)]
    assert effective(record) == []
    record.append(revoked(3, 2, root=1))
    [now] = effective(record)
    assert now.event == held(1).event
    assert now.amended_by == (2, 3)
    record.append(revoked(4, 3, root=1))
    assert effective(record) == []


def test_revoking_a_correction_leaves_the_earlier_one() -> None:
    record = [
        held(1),
        corrected(2, 1, post="书记"),
        corrected(3, 1, post="副书记"),
        revoked(4, 3, root=1),
    ]
    assert [r.event.model_dump()["post"] for r in effective(record)] == ["书记"]


def test_events_come_in_position_order_however_they_are_given() -> None:
    record = [held(5), held(2), corrected(3, 2, post="书记"), held(1)]
    assert [r.position for r in effective(record)] == [1, 2, 5]


def test_amendments_of_one_event_leave_the_others_alone() -> None:
    record = [held(1, "u1"), held(2, "u2"), revoked(3, 1)]
    assert [r.position for r in effective(record)] == [2]


def test_voided_judges_from_the_newest_backwards() -> None:
    revocations = [(2, "EventRevoked", {"target": 1}), (3, "EventRevoked", {"target": 2})]
    assert voided(revocations) == {2}
    assert voided([*revocations, (4, "EventRevoked", {"target": 3})]) == {1, 3}
    assert voided(reversed(revocations)) == {2}
    assert voided([(2, "EventCorrected", {"target": 1})]) == set()


def test_an_amendment_carries_the_tags_of_what_it_amends() -> None:
    said = EventRevoked(target=7, root=3, carried_tags=("unit:u1", "unit:u1"), reason="有误")
    assert said.tags == ("unit:u1", amendments_tag(3), amendments_tag(7))
    assert amendments_tag(3) == "event:3"


POSTS = st.sampled_from(["镇长", "书记", "副书记"])
UNITS = st.sampled_from(["u1", "u2", "u3"])
DAYS = st.sampled_from(["2011-12-30", "2011-12-31"])
CHANGES = st.fixed_dictionaries({}, optional={"post": POSTS, "unit_id": UNITS, "occurred_on": DAYS})


@st.composite
def histories(draw: st.DrawFn) -> list[Recorded]:
    """Posts held, corrected and revoked, where revocations may name any earlier event."""
    record: list[Recorded] = []
    for position in range(1, draw(st.integers(1, 25)) + 1):
        originals = [r.position for r in record if not isinstance(r.event, Amendment)]
        what = draw(st.sampled_from(["hold", "correct", "revoke"])) if originals else "hold"
        if what == "hold":
            record.append(held(position, draw(UNITS), draw(POSTS)))
        elif what == "correct":
            record.append(corrected(position, draw(st.sampled_from(originals)), **draw(CHANGES)))
        else:
            target = draw(st.sampled_from(record))
            root = target.event.root if isinstance(target.event, Amendment) else target.position
            record.append(revoked(position, target.position, root))
    return record


@given(histories())
def test_the_quick_reading_equals_the_slow_one(record: list[Recorded]) -> None:
    assert what_stands(record) == reading(record)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(record: list[Recorded], shuffle: Any) -> None:
    shuffled = list(record)
    shuffle.shuffle(shuffled)
    assert effective(shuffled) == effective(record)


@given(histories())
def test_tags_follow_the_corrected_fields(record: list[Recorded]) -> None:
    for one in effective(record):
        assert one.tags == one.event.tags
        assert set(one.amended_by) == {
            r.position
            for r in record
            if isinstance(r.event, Amendment) and r.event.root == one.position
        }
