"""What an event is: a frozen record of something that happened, with a stable type name.

`EVENTS` is the registry of all types; the golden file `tests/domain/event_types.txt` pins it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from eventsourcing.dcb.domain import Decision
from pydantic import BaseModel, ConfigDict

from domain.model.money import Money
from domain.model.personal import Commitment
from domain.model.subjects import mentions, tag
from domain.model.texts import DocumentRef

if TYPE_CHECKING:
    from domain.model.deliberation import Deliberation

AHEAD = 2**62
"""The position of an event that is still being decided upon: after every recorded one."""

EVENTS: dict[str, type[Event]] = {}
"""Every event type by its stored name."""

WITHHELD = ("（已保密）", "(withheld)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One event in words."""

    zh: str
    en: str


class Event(BaseModel, Decision):
    """The fields of one catalogue row of SPEC §3; subclasses name what happened.

    `title_zh` is the row's 中文名; the sentences name fields in braces; `creates`
    names the kind of subject whose id this event introduces; `exclusive` names the tag kinds that
    one event alone may carry (an evidence number proves one arrival); `settled` names the fields that
    its decision filled in or checked, so that a mistake in them is revoked and recorded anew; a
    `verdict` judges what somebody else claimed, and whoever corrects it judges as well.
    What must be true of it beside the rest of the record stands in `uphold`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    version: ClassVar[int] = 1
    title_zh: ClassVar[str]
    sentence_zh: ClassVar[str]
    sentence_en: ClassVar[str]
    creates: ClassVar[str | None] = None
    exclusive: ClassVar[tuple[str, ...]] = ()
    settled: ClassVar[tuple[str, ...]] = ()
    amendable: ClassVar[bool] = True
    verdict: ClassVar[bool] = False

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not abstract:
            if cls.__name__ in EVENTS:
                raise TypeError(f"two event types are called {cls.__name__}")
            EVENTS[cls.__name__] = cls

    @classmethod
    def upcast(cls, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """Read data stored under an older `version` as the present one; the bytes stay as they are."""
        if version != cls.version:
            raise ValueError(f"{cls.__name__} version {version} is not known")
        return data

    @classmethod
    def read(cls, version: int, data: dict[str, Any]) -> Self:
        """The event that stored `data` of `version` means today; derived fields are computed anew."""
        current = dict(cls.upcast(version, data))
        for derived in cls.model_computed_fields:
            current.pop(derived, None)
        return cls.model_validate(current)

    @property
    def tags(self) -> tuple[str, ...]:
        """What finds this event: every subject it mentions, then `extra_tags`, each once."""
        found = [tag(subject.kind, value) for _, subject, value in mentions(self)]
        return tuple(dict.fromkeys([*found, *self.extra_tags()]))

    def extra_tags(self) -> tuple[str, ...]:
        """Tags that are no subject's id: investors, evidence numbers, rule keys."""
        return ()

    @property
    def created(self) -> tuple[str, str] | None:
        """The field and id of the subject that this event introduces."""
        if self.creates is None:
            return None
        return next((n, v) for n, s, v in mentions(self) if s.kind == self.creates)

    @property
    def created_tag(self) -> str | None:
        """The tag of the subject that this event introduces."""
        created = self.created
        return None if created is None or self.creates is None else tag(self.creates, created[1])

    def introduced(self) -> tuple[str, ...]:
        """The tags of the subjects that would be unknown if this event were revoked."""
        return () if self.created_tag is None else (self.created_tag,)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        """Refuse this event unless it is true to its rules, the record read as if it stood as `mine`.

        Asked when it is recorded, when it is corrected and when an amendment of it is revoked, so
        that no way leads around a rule. `mine.position` is `AHEAD` for one not recorded yet; who
        recorded it and when it occurred stand in `mine` as well.
        """

    @property
    def claims(self) -> tuple[str, ...]:
        """The tags that only one event of this type may carry: its new subject and its exclusives."""
        exclusive = tuple(t for t in self.tags if t.split(":", 1)[0] in self.exclusive)
        return exclusive if self.created_tag is None else (self.created_tag, *exclusive)

    def sentence(self) -> Sentence:
        """This event in one sentence each of 中文 and English."""
        return Sentence(_fill(self.sentence_zh, self, 0), _fill(self.sentence_en, self, 1))


_HOLE = re.compile(r"\{([a-z_.]+)\}")


def _fill(template: str, event: Event, language: int) -> str:
    def show(match: re.Match[str]) -> str:
        value: Any = event
        for name in match[1].split("."):
            value = getattr(value, name, None)
        return displayed(value, language)

    return _HOLE.sub(show, template)


def displayed(value: Any, language: int = 0) -> str:
    """A field's value as a sentence shows it; 0 is 中文, 1 English."""
    match value:
        case None:
            return "—"
        case Commitment():
            return WITHHELD[language]
        case bool():
            return (("否", "是"), ("no", "yes"))[language][value]
        case Money():
            return _money_text(value, language)
        case date():
            return value.isoformat()
        case tuple() | list():
            return ("、", ", ")[language].join(displayed(v, language) for v in value) or "—"
        case BaseModel() if hasattr(value, "name"):
            return str(value.name)
        case _:
            return str(value)


def _money_text(money: Money, language: int) -> str:
    major, _, decimals = money.amount.partition(".")
    grouped = f"{int(major):,}" + (f".{decimals}" if decimals.strip("0") else "")
    if money.currency == "CNY":
        return f"{grouped}元" if language == 0 else f"CNY {grouped}"
    return f"{grouped} {money.currency}" if language == 0 else f"{money.currency} {grouped}"


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who recorded an event, in the role held at that moment."""

    account: str
    person: str
    unit: str
    role: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event together with the envelope under which it stands in the record (DESIGN §3)."""

    position: int
    recorded_at: datetime
    event: Event
    actor: Recorder
    command_id: str
    occurred_on: date
    tags: tuple[str, ...]
    on_behalf_of: str | None = None
    campaign: str | None = None
    work_line: str | None = None
    reason: str | None = None
    documents: tuple[DocumentRef, ...] = ()
    amended_by: tuple[int, ...] = field(default=())

    @property
    def is_new(self) -> bool:
        """Whether it is still being decided upon, so that nothing can rest on it yet."""
        return self.position == AHEAD

    def is_by(self, person: str, account: str) -> bool:
        """Whether this was recorded by, or on behalf of, the given person or account."""
        return self.actor.account == account or person in (self.actor.person, self.on_behalf_of)
