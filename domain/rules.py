"""Rules are data with dates: parameters with value, validity and document (DESIGN §7, SPEC §13)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleNotSet
from domain.model.event import Event
from domain.model.roles import Role
from domain.model.texts import DocumentRef, Text, require_no_control_characters

RuleKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+){1,4}$", max_length=100)
]


class RuleParameterSet(Event):
    """A rule parameter was given a value for a span of dates, by a document (SPEC §3.1, §13)."""

    title_zh = "规则参数设定"
    sentence_zh = "规则参数{key}自{valid_from}起设定"
    sentence_en = "Rule parameter {key} set from {valid_from}"

    key: RuleKey
    value: JsonValue
    valid_from: date
    valid_to: date | None = None
    doc: DocumentRef
    note: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _require_consistent(self.value, self.valid_from, self.valid_to)
        return self

    def extra_tags(self) -> tuple[str, ...]:
        return (f"rule:{self.key}",)

    def in_force(self, on: date) -> bool:
        """Whether this setting covers a date, both ends included (SPEC G1)."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class SetRuleParameter(Command):
    """Set a rule parameter for a span of dates (SPEC §13)."""

    title_zh = "设定规则参数"
    recorders = (Role.LG, Role.LGO, Role.SYS)
    records = RuleParameterSet

    key: RuleKey
    value: JsonValue = Field(description="参数值 · the value, without floating-point numbers")
    valid_from: date
    valid_to: date | None = None
    doc: DocumentRef
    note: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _require_consistent(self.value, self.valid_from, self.valid_to)
        return self


def _require_consistent(value: JsonValue, valid_from: date, valid_to: date | None) -> None:
    require_no_floats(value)
    _require_no_control_characters(value)
    if valid_to is not None and valid_to < valid_from:
        raise ValueError("valid_to 不得早于 valid_from · valid_to must not precede valid_from")


def require_no_floats(value: JsonValue) -> None:
    """ValueError if a floating-point number hides anywhere in `value` (DESIGN §3)."""
    match value:
        case float():
            raise ValueError(
                "记录中不得有浮点数，请写成字符串 · "
                "the record holds no floating-point numbers, write it as a string"
            )
        case list():
            for item in value:
                require_no_floats(item)
        case dict():
            for item in value.values():
                require_no_floats(item)


def _require_no_control_characters(value: JsonValue) -> None:
    """ValueError for texts that cannot be stored: the database refuses some of them (DESIGN §3)."""
    match value:
        case str():
            require_no_control_characters(value)
        case list():
            for item in value:
                _require_no_control_characters(item)
        case dict():
            for name, item in value.items():
                require_no_control_characters(name)
                _require_no_control_characters(item)


def rule(case: Deliberation, key: str, on: date) -> JsonValue:
    """The value in force on a date: of those that cover it, the one recorded last."""
    for recorded in reversed(case.events(f"rule:{key}", RuleParameterSet)):
        assert isinstance(recorded.event, RuleParameterSet)
        if recorded.event.in_force(on):
            return recorded.event.value
    raise RuleNotSet(key)
