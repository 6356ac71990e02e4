"""Units, participants and posts (SPEC §3.2)."""

from __future__ import annotations

from typing import Literal

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.personal import Commitment, PersonalText
from domain.model.roles import Role
from domain.model.subjects import ParticipantId, PersonId, UnitId, tag
from domain.model.texts import Line

UnitKind = Literal[
    "乡镇", "街道", "行政村", "自然村", "县直单位", "区直单位", "县市区", "办事处", "领导机构"
]
ParticipantKind = Literal[
    "镇干部", "行政村", "自然村", "单位", "社会能人", "小分队", "中介", "商会", "企业", "县级领导"
]
NATURAL_PERSONS = frozenset({"镇干部", "社会能人", "县级领导"})
"""Participants of these kinds are natural persons: their names go to the vault."""


class UnitRegistered(Event):
    """A unit was registered (SPEC §3.2)."""

    title_zh = "单位登记"
    sentence_zh = "登记单位{name}（{kind}，编号{unit_id}）"
    sentence_en = "Unit {name} registered ({kind}, id {unit_id})"
    creates = "unit"

    unit_id: UnitId
    name: Line
    kind: UnitKind
    parent: UnitId | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        above = self.parent
        while not mine.is_new and above is not None:
            if above == self.unit_id:
                raise RuleBroken(
                    f"单位{self.unit_id}不能隶属于自己或其下级{self.parent}；请核对 parent",
                    f"unit {self.unit_id} cannot stand below itself or its own {self.parent}; "
                    "check parent",
                    clause="SPEC §3.2",
                )
            said = case.require("unit", above).event
            assert isinstance(said, UnitRegistered)
            above = said.parent


class RegisterUnit(Command):
    """Register a unit under its parent (SPEC §3.2)."""

    title_zh = "登记单位"
    recorders = (Role.LGO, Role.LG, Role.SYS)
    records = UnitRegistered

    unit_id: UnitId | None = None
    name: Line
    kind: UnitKind
    parent: UnitId | None = None


class UnitRenamed(Event):
    """A unit took a new name; its identity goes on (SPEC §3.2, S001-18)."""

    title_zh = "单位更名"
    sentence_zh = "单位{unit_id}由“{old_name}”更名为“{name}”"
    sentence_en = "Unit {unit_id} renamed from {old_name} to {name}"
    settled = ("unit_id", "old_name")

    unit_id: UnitId
    old_name: Line
    name: Line

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.name == self.old_name:
            about = tag("unit", self.unit_id)
            named = [case.require("unit", self.unit_id), *case.events(about, UnitRenamed)]
            position = max(r.position for r in named if r.position < mine.position)
            raise RuleBroken(
                f"单位{self.unit_id}现名就是“{self.name}”（第{position}号记录）",
                f"unit {self.unit_id} is called {self.name!r} already (event {position})",
                clause="SPEC §3.2",
                position=position,
            )


class RenameUnit(Command):
    """Give a unit a new name from the business date on (SPEC §3.2, S001-18)."""

    title_zh = "单位更名"
    recorders = (Role.LGO,)
    records = UnitRenamed

    unit_id: UnitId
    name: Line

    def decide(self, case: Deliberation) -> None:
        last = case.events(tag("unit", self.unit_id), UnitRenamed)
        named = last[-1] if last else case.require("unit", self.unit_id)
        assert isinstance(named.event, UnitRegistered | UnitRenamed)
        case.record(UnitRenamed, unit_id=self.unit_id, old_name=named.event.name, name=self.name)


class ParticipantRegistered(Event):
    """A participant was registered: whoever leads, signings and awards are credited to (SPEC §3.2).

    A natural person's name is personal; an organisation's is not.
    """

    title_zh = "参赛对象登记"
    sentence_zh = "登记参与对象{participant_id}（{kind}）：{called}"
    sentence_en = "Participant {participant_id} registered ({kind}): {called}"
    creates = "participant"

    participant_id: ParticipantId
    kind: ParticipantKind
    name: Line | None = None
    person_name: PersonalText | None = None
    unit_id: UnitId

    @property
    def called(self) -> str | Commitment | None:
        """Its name, whichever field holds it."""
        return self.name or self.person_name

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        natural = self.kind in NATURAL_PERSONS
        right, wrong = ("person_name", "name") if natural else ("name", "person_name")
        if getattr(self, right) is None or getattr(self, wrong) is not None:
            raise RuleBroken(
                f"“{self.kind}”的名称应填在 {right}，{wrong} 须为空；请一并更正",
                f"the name of a {self.kind} stands in {right}, and {wrong} is empty; "
                "correct both together",
                clause="DESIGN §3",
            )


class RegisterParticipant(Command):
    """Register a participant: an official, village, unit, person, team or firm (SPEC §3.2)."""

    title_zh = "登记参与对象"
    recorders = (Role.LGO, Role.UNIT, Role.LG, Role.SYS)
    records = ParticipantRegistered

    participant_id: ParticipantId | None = None
    name: PersonalText
    kind: ParticipantKind
    unit_id: UnitId

    def decide(self, case: Deliberation) -> None:
        natural = self.kind in NATURAL_PERSONS
        case.record(
            ParticipantRegistered,
            participant_id=self.participant_id,
            kind=self.kind,
            name=None if natural else self.name,
            person_name=self.name if natural else None,
            unit_id=self.unit_id,
        )


class PostHeld(Event):
    """A person took up a post in a unit (SPEC §3.2)."""

    title_zh = "任职"
    sentence_zh = "{person}任{unit_id}{post}"
    sentence_en = "{person} took up the post {post} in {unit_id}"

    person: ParticipantId
    unit_id: UnitId
    post: Line


class HoldPost(Command):
    """Record that a person took up a post on the business date (SPEC §3.2)."""

    title_zh = "登记任职"
    recorders = (Role.ORG, Role.LGO)
    records = PostHeld

    person: ParticipantId
    unit_id: UnitId
    post: Line


class PostLeft(Event):
    """A person left a post (SPEC §3.2)."""

    title_zh = "离任"
    sentence_zh = "{person}不再任{unit_id}{post}"
    sentence_en = "{person} left the post {post} in {unit_id}"

    person: ParticipantId
    unit_id: UnitId
    post: Line

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        held = False
        for recorded in case.events(tag("participant", self.person), PostHeld, PostLeft):
            event = recorded.event
            assert isinstance(event, PostHeld | PostLeft)
            same = (event.unit_id, event.post) == (self.unit_id, self.post)
            if same and recorded.position < mine.position:
                held = isinstance(event, PostHeld)
        if not held:
            raise RuleBroken(
                f"记录中{self.person}未任{self.unit_id}“{self.post}”；请先用 hold-post 登记任职",
                f"{self.person} does not hold the post {self.post!r} in {self.unit_id}; "
                "record hold-post first",
                clause="SPEC §3.2",
            )


class LeavePost(Command):
    """Record that a person left a post on the business date (SPEC §3.2)."""

    title_zh = "登记离任"
    recorders = (Role.ORG, Role.LGO)
    records = PostLeft

    person: ParticipantId
    unit_id: UnitId
    post: Line


class FirstResponsiblePersonSet(Event):
    """A person became the first responsible person of a unit, from the business date (SPEC §3.2)."""

    title_zh = "第一责任人"
    sentence_zh = "{person}为{unit}招商引资第一责任人"
    sentence_en = "{person} is the first responsible person of {unit}"

    unit: UnitId
    person: PersonId

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        named = case.events(tag("unit", self.unit), FirstResponsiblePersonSet)
        before = [r for r in named if r.position < mine.position][-1:]
        for recorded in before:
            assert isinstance(recorded.event, FirstResponsiblePersonSet)
            if recorded.event.person == self.person:
                raise RuleBroken(
                    f"{self.unit}现任第一责任人就是{self.person}（第{recorded.position}号记录）",
                    f"{self.person} is the first responsible person of {self.unit} already "
                    f"(event {recorded.position})",
                    clause="SPEC §3.2",
                    position=recorded.position,
                )


class SetFirstResponsiblePerson(Command):
    """Name the first responsible person of a unit; the newest one is in charge (SPEC §3.2, S000-33)."""

    title_zh = "确定第一责任人"
    recorders = (Role.UNIT,)
    records = FirstResponsiblePersonSet

    unit: UnitId
    person: PersonId
