"""Personal values: in clear on their way in, commitments for ever after (DESIGN §3)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from domain.catalogue import EVENTS
from domain.model.personal import (
    MARK,
    Commitment,
    Hidden,
    PersonalText,
    commitment,
    personal_fields,
)
from tests.domain.bodies import with_project
from tests.scenario import Scenario

SALT = bytes(range(32))


class Note(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    who: PersonalText
    others: tuple[PersonalText, ...] = ()
    perhaps: PersonalText | None = None


def seal(value: str) -> str:
    return commitment(value, SALT)


def test_a_commitment_is_the_salted_hash() -> None:
    expected = hashlib.sha256(b"\x02" + SALT + "张三".encode()).hexdigest()
    assert commitment("张三", SALT) == expected
    assert commitment("张三", SALT) != commitment("张三", bytes(32))
    assert commitment("张三", SALT) != commitment("张四", SALT)


def test_a_clear_value_is_written_only_through_a_seal() -> None:
    note = Note(about="报到", who="张三")
    assert note.model_dump(mode="json", context={"seal": seal})["who"] == {MARK: seal("张三")}
    for context in (None, {}, {"other": seal}):
        with pytest.raises(Exception, match="vault"):
            note.model_dump(mode="json", context=context)
        with pytest.raises(Exception, match="vault"):
            note.model_dump_json(context=context)


def test_every_place_that_holds_a_personal_value_is_sealed() -> None:
    note = Note(about="报到", who="张三", others=("李四", "王五"), perhaps="赵六")
    dumped = note.model_dump_json(context={"seal": seal})
    assert not any(name in dumped for name in ("张三", "李四", "王五", "赵六"))
    assert dumped.count(MARK) == 4


def test_a_stored_commitment_is_read_and_written_without_a_seal() -> None:
    stored: dict[str, Any] = {
        "about": "报到",
        "who": {MARK: "ab" * 32},
        "others": [],
        "perhaps": None,
    }
    note = Note.model_validate(stored)
    assert note.who == Commitment("ab" * 32)
    assert note.model_dump(mode="json") == stored


@pytest.mark.parametrize(
    "value", ["", "  ", "张\x00三", "字" * 20_001, 7, None, {MARK: "a", "x": 1}]
)
def test_what_is_no_personal_text_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({"about": "报到", "who": value})


def test_personal_text_is_cleaned_like_any_text() -> None:
    assert Note(about="报到", who=" 张三\n").who == "张三"


def test_a_hidden_value_is_sealed_where_its_type_is_not_known() -> None:
    anything: TypeAdapter[Any] = TypeAdapter(Any)
    assert anything.dump_python(Hidden("张三"), mode="json", context={"seal": seal}) == {
        MARK: seal("张三")
    }
    with pytest.raises(Exception, match="vault"):
        anything.dump_python(Hidden("张三"), mode="json")


def test_the_fields_that_are_personal_are_known_by_name() -> None:
    assert personal_fields(Note) == {"who", "others", "perhaps"}


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("LeadRegistered", {"source_person", "investor_contact"}),
        ("ParticipantRegistered", {"person_name"}),
        ("ContactRecorded", {"summary"}),
        ("EnterpriseVisited", {"findings"}),
        ("ComplaintReceived", {"complainant", "against", "content"}),
        ("ComplaintResolved", {"measures"}),
        ("ComplaintReviewRequested", {"grounds"}),
        ("SatisfactionSurveyed", {"respondent"}),
    ],
)
def test_what_may_name_a_person_goes_to_the_vault(event: str, fields: set[str]) -> None:
    assert personal_fields(EVENTS[event]) == fields


def test_a_correction_of_a_personal_value_keeps_it_out_of_the_record() -> None:
    scenario = with_project(Scenario())
    scenario.given(
        "visit-enterprise",
        enterprise="海州食品",
        direction="外出",
        purpose="推介",
        led_by="p1",
        findings="赵六说设备已订",
    )
    at = scenario.recorder.head()
    scenario.when(
        "correct-event", target=at, changes={"findings": "钱七说设备已订"}, reason="人名有误"
    )
    stored = b"".join(e.event.data for e in scenario.recorder.events).decode()
    assert "赵六" not in stored
    assert "钱七" not in stored
    kept = {secret.value for secret in scenario.recorder.vault.values()}
    assert {"赵六说设备已订", "钱七说设备已订"} <= kept


def test_personal_values_inside_a_list_are_kept_out_as_well() -> None:
    scenario = with_project(Scenario())
    scenario.given("hold-meeting", kind="动员", decisions=[{"text": "由赵六牵头", "owner": "p1"}])
    at = scenario.recorder.head()
    scenario.when(
        "correct-event", target=at, changes={"decisions": [{"text": "由钱七牵头"}]}, reason="更正"
    )
    stored = b"".join(e.event.data for e in scenario.recorder.events).decode()
    assert "赵六" not in stored
    assert "钱七" not in stored
    assert {"由赵六牵头", "由钱七牵头"} <= {s.value for s in scenario.recorder.vault.values()}
