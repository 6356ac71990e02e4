"""What events are about: the kinds of subject, their id types and their tags.

A field annotated with one of the id types below does three things wherever it stands: it tags the
event (`project:pr1`), it makes a command refuse an id that the record does not know, and it lets a
reader find everything about that subject.
"""

from __future__ import annotations

import types
import typing
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union

from pydantic import AfterValidator, BaseModel, StringConstraints

KINDS: dict[str, str] = {
    "account": "账号",
    "arrival": "到位资金",
    "campaign": "活动",
    "complaint": "投诉",
    "contact": "联络",
    "lead": "线索",
    "occasion": "招商活动场次",
    "participant": "参与对象",
    "project": "项目",
    "signing": "签约",
    "target": "任务",
    "unit": "单位",
}
"""Every kind of subject with its Chinese name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Marks a field as the id of a subject of `kind`; `required` ids must already be recorded.

    What a `loose` field names may be revoked while it is named: the mention does not rest on it.
    """

    kind: str
    required: bool = True
    loose: bool = False


def _composed(text: str) -> str:
    # Two ways of writing é are one id: tags are compared as they are stored, in NFC.
    return unicodedata.normalize("NFC", text)


Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]{1,64}$", strip_whitespace=True),
    AfterValidator(_composed),
]
"""An opaque id: at most 64 printable characters; no slash, because ids stand in addresses."""

AccountId = Annotated[Identifier, Subject("account")]
ArrivalId = Annotated[Identifier, Subject("arrival")]
CampaignId = Annotated[Identifier, Subject("campaign")]
ComplaintId = Annotated[Identifier, Subject("complaint")]
ContactId = Annotated[Identifier, Subject("contact")]
LeadId = Annotated[Identifier, Subject("lead")]
OccasionId = Annotated[Identifier, Subject("occasion")]
OfficeId = Annotated[Identifier, Subject("unit", required=False, loose=True)]
"""An office by id that need not be registered as a unit: the owner of a campaign."""
ParticipantId = Annotated[Identifier, Subject("participant")]
PersonId = Annotated[Identifier, Subject("participant", required=False, loose=True)]
"""A natural person by id; witnesses and account holders need not be registered participants."""
ProjectId = Annotated[Identifier, Subject("project")]
RivalId = Annotated[Identifier, Subject("lead", required=False, loose=True)]
"""A lead that another competes with; the other one stays when this one is revoked."""
SigningId = Annotated[Identifier, Subject("signing")]
TargetId = Annotated[Identifier, Subject("target")]
TaskId = Annotated[Identifier, Subject("target", required=False)]
"""A target, or a share of one that was decomposed; `domain.targets` finds both."""
UnitId = Annotated[Identifier, Subject("unit")]


def tag(kind: str, value: str) -> str:
    """The tag under which everything about one subject is found."""
    return f"{kind}:{value}"


def _subject_of(annotation: Any) -> Subject | None:
    if typing.get_origin(annotation) is Annotated:
        for item in annotation.__metadata__:
            if isinstance(item, Subject):
                return item
        return _subject_of(annotation.__origin__)
    if typing.get_origin(annotation) in (Union, types.UnionType, tuple, list):
        for argument in typing.get_args(annotation):
            if found := _subject_of(argument):
                return found
    return None


@cache
def subject_fields(model: type[BaseModel]) -> dict[str, Subject]:
    """The fields of `model` that hold subject ids, in declaration order."""
    hints = typing.get_type_hints(model, include_extras=True)
    return {name: subject for name in model.model_fields if (subject := _subject_of(hints[name]))}


def mentions(value: BaseModel) -> Iterator[tuple[str, Subject, str]]:
    """Every (field, subject, id) that `value` mentions; a tuple of ids yields one each."""
    for name, subject in subject_fields(type(value)).items():
        held = getattr(value, name)
        for one in held if isinstance(held, tuple) else (held,):
            if one is not None:
                yield name, subject, one
