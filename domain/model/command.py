"""What a command is: its fields, who may give it, what it decides. One class per command.

`COMMANDS` is the registry: the HTTP routes, their OpenAPI schema, the command-line form and the
import row all come from it, so that adding a command to the product means adding one class.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.model.deliberation import Ask, Deliberation, creators
from domain.model.event import Event
from domain.model.roles import Role
from domain.model.subjects import CampaignId, PersonId, mentions, subject_fields, tag
from domain.model.texts import DocumentRef, Text

COMMANDS: dict[str, type[Command]] = {}
"""Every command by its kebab-case name."""

WorkLine = Literal["招商", "征地", "排忧解难"]

ENVELOPE = ("occurred_on", "documents", "reason", "on_behalf_of", "campaign_id", "work_line")
"""The fields that every command takes beside its own."""


class Command(BaseModel):
    """An intention to record something, decided against the record.

    Plain rows of the catalogue name the event they `record` and share its fields; a command with
    more to decide overrides `decide`. `title_zh` is its 中文名, its docstring's first sentence the
    English one; `recorders` are the roles that may give it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    slug: ClassVar[str]
    title_zh: ClassVar[str]
    recorders: ClassVar[tuple[Role, ...]]
    records: ClassVar[type[Event] | None] = None

    occurred_on: date = Field(description="业务发生日 · business date, may be earlier than today")
    documents: tuple[DocumentRef, ...] = Field(default=(), max_length=50)
    reason: Text | None = None
    on_behalf_of: PersonId | None = None
    campaign_id: CampaignId | None = None
    work_line: WorkLine | None = None

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not abstract:
            cls.slug = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
            if cls.slug in COMMANDS:
                raise TypeError(f"two commands are called {cls.slug}")
            COMMANDS[cls.slug] = cls

    @classmethod
    def new_id_field(cls) -> str | None:
        """The field that holds the id of the subject this command introduces, if it does."""
        if cls.records is None or cls.records.creates is None:
            return None
        kind = cls.records.creates
        own = (n for n, s in subject_fields(cls).items() if s.kind == kind)
        return next(name for name in own if name not in ENVELOPE or cls._redeclares(name))

    @classmethod
    def _redeclares(cls, name: str) -> bool:
        """Whether an envelope field is the command's own as well: the campaign it sets up."""
        families = cls.__mro__[: cls.__mro__.index(Command)]
        return any(name in family.__annotations__ for family in families)

    def with_id(self, new_id: Callable[[], str]) -> Self:
        """This command with an id for its new subject, made here where the client chose none."""
        field = self.new_id_field()
        if field is None or getattr(self, field) is not None:
            return self
        return self.model_copy(update={field: new_id()})

    def references(self) -> list[tuple[str, str]]:
        """The (kind, id) of every subject that must be in the record before this command."""
        new = self.new_id_field()
        return [
            (subject.kind, value)
            for name, subject, value in mentions(self)
            if subject.required and name != new
        ]

    def asks(self) -> list[Ask]:
        """What this command certainly reads, fetched in one round trip before it decides."""
        asks: list[Ask] = [(tag(k, v), creators(k)) for k, v in self.references()]
        if new := self.new_id_field():
            kind = subject_fields(type(self))[new].kind
            asks.append((tag(kind, getattr(self, new)), creators(kind)))
        return asks

    def decide(self, case: Deliberation) -> None:
        """Record what happened, or raise a Refusal. The default records the shared fields."""
        assert self.records is not None, f"{type(self).__name__} neither records nor decides"
        case.record(self.records, **self.said(self.records))

    def said(self, kind: type[Event]) -> dict[str, Any]:
        """The values of those of this command's fields that the event has as well."""
        return {n: getattr(self, n) for n in kind.model_fields if n in type(self).model_fields}

    @classmethod
    def title_en(cls) -> str:
        """The English title: the docstring's first sentence."""
        return (cls.__doc__ or "").strip().split("\n", 1)[0].rstrip(".")
