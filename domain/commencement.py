"""Commencement: given a deadline, reported, certified or refused, deemed (SPEC §3.8).

A project counts as started when the leading group certifies it (S002-13), not when somebody says so;
land-blocked projects may be deemed started for the award alone (S002-18, A-10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import DutiesNotSeparated, RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.separation import require_other_hands
from domain.model.subjects import PersonId, ProjectId, tag
from domain.model.texts import DocumentRef, Text


def _each_once(persons: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(persons)) < len(persons):
        raise ValueError("认定人不得重复 · each certifier is named once")
    return persons


Certifiers = Annotated[
    tuple[PersonId, ...], Field(min_length=1, max_length=50), AfterValidator(_each_once)
]
Photos = Annotated[tuple[DocumentRef, ...], Field(max_length=100)]


class CommencementDeadlineSet(Event):
    """A project was given a day by which to start construction (SPEC §3.8, S003-52)."""

    title_zh = "限时开工"
    sentence_zh = "项目{project_id}限{due}前开工"
    sentence_en = "Project {project_id} is to start construction by {due}"

    project_id: ProjectId
    due: date


class CommencementReported(Event):
    """Somebody reported that construction had started (SPEC §3.8, S002-13)."""

    title_zh = "动工上报"
    sentence_zh = "项目{project_id}上报于{on}动工：{works}"
    sentence_en = "Project {project_id} reported to have started on {on}: {works}"
    settled = ("project_id",)

    project_id: ProjectId
    on: date
    works: Text
    photos: Photos = ()

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        about = tag("project", self.project_id)
        for verdict in () if mine.is_new else case.events(about, *VERDICT_TYPES):
            if verdict.position > mine.position:
                _require_apart(self.project_id, mine, verdict)


class CommencementCertified(Event):
    """The leading group certified that construction had started (SPEC §3.8, S002-13)."""

    title_zh = "动工认定"
    sentence_zh = "项目{project_id}经认定于{on}动工，认定人{certifiers}"
    sentence_en = "Project {project_id} certified to have started on {on}, by {certifiers}"
    settled = ("project_id",)
    verdict = True

    project_id: ProjectId
    on: date
    certifiers: Certifiers
    site_visit_doc: DocumentRef | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        _require_impartial(case, mine, self.project_id)
        for other in case.events(tag("project", self.project_id), CommencementCertified):
            if other.position != mine.position:
                _require_uncertified(self.project_id, other)


class CommencementRefused(Event):
    """The leading group refused to certify a reported start (SPEC §3.8)."""

    title_zh = "动工不予认定"
    sentence_zh = "项目{project_id}上报的动工不予认定：{ground}"
    sentence_en = "The reported start of project {project_id} was not certified: {ground}"
    settled = ("project_id",)
    verdict = True

    project_id: ProjectId
    ground: Text
    on: date | None = None
    certifiers: Annotated[tuple[PersonId, ...], Field(max_length=50)] = ()
    site_visit_doc: DocumentRef | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.on is not None:
            require_past(case, "on", self.on)
        _require_impartial(case, mine, self.project_id)


class DeemedCommencementCertified(Event):
    """A project kept from starting by land was deemed started, for the award alone (A-10)."""

    title_zh = "视同动工"
    sentence_zh = "项目{project_id}因土地未能动工，自{on}视同动工"
    sentence_en = "Project {project_id}, kept from starting by land, deemed started on {on}"
    settled = ("project_id",)
    verdict = True

    project_id: ProjectId
    on: date
    reason: Literal["land_blocked"]

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        _require_impartial(case, mine, self.project_id)
        for other in case.events(tag("project", self.project_id), DeemedCommencementCertified):
            if other.position != mine.position:
                raise RuleBroken(
                    f"项目{self.project_id}已认定视同动工（第{other.position}号记录）；"
                    "如有误，请先撤销该认定",
                    f"project {self.project_id} is deemed started already "
                    f"(event {other.position}); if that is wrong, revoke it first",
                    clause="S002-18",
                    position=other.position,
                )


VERDICT_TYPES = (CommencementCertified, CommencementRefused, DeemedCommencementCertified)
COMMENCEMENT_TYPES = (CommencementReported, *VERDICT_TYPES)


@dataclass
class Commencement:
    """What the record says of the start of one project."""

    reports: list[Recorded] = field(default_factory=list)
    refusal: Recorded | None = None
    certified: Recorded | None = None

    @property
    def open_report(self) -> Recorded | None:
        """The latest report, unless it was refused since."""
        if not self.reports or (self.refusal and self.refusal.position > self.reports[-1].position):
            return None
        return self.reports[-1]


def commencement(case: Deliberation, project_id: str) -> Commencement:
    """Fold the reports of one project's start and what became of them."""
    state = Commencement()
    for recorded in case.events(tag("project", project_id), *COMMENCEMENT_TYPES):
        match recorded.event:
            case CommencementReported():
                state.reports.append(recorded)
            case CommencementRefused():
                state.refusal = recorded
            case CommencementCertified():
                state.certified = recorded
    return state


def _require_uncertified(project_id: str, certified: Recorded | None) -> None:
    if certified is not None:
        raise RuleBroken(
            f"项目{project_id}已认定动工（第{certified.position}号记录）；如有误，请先撤销该认定",
            f"project {project_id} is certified to have started (event {certified.position}); "
            "if that is wrong, revoke it first",
            clause="S002-13",
            position=certified.position,
        )


def _require_impartial(case: Deliberation, verdict: Recorded, project_id: str) -> None:
    """Nobody judges a start that they reported, at this or an earlier attempt."""
    about = tag("project", project_id)
    case.fetch([(about, COMMENCEMENT_TYPES)])
    for report in case.events(about, CommencementReported):
        if report.position < verdict.position:
            _require_apart(project_id, report, verdict)


def _require_apart(project_id: str, report: Recorded, verdict: Recorded) -> None:
    zh, en = f"项目{project_id}的动工", f"the start of project {project_id}"
    require_other_hands(verdict, report, zh, en)
    said = verdict.event
    named = said.certifiers if isinstance(said, CommencementCertified) else ()
    if own := [c for c in named if report.is_by(c, verdict.actor.account)]:
        raise DutiesNotSeparated(
            f"认定人{'、'.join(own)}即动工上报人（第{report.position}号记录），须由他人认定",
            f"certifier {', '.join(own)} reported the start (event {report.position}); "
            "name certifiers who did not",
            clause="SPEC §3.0",
            position=report.position,
        )


class SetCommencementDeadline(Command):
    """Set the day by which a project is to start construction; it replaces an earlier one (§3.8)."""

    title_zh = "限时开工"
    recorders = (Role.LGO,)
    records = CommencementDeadlineSet

    project_id: ProjectId
    due: date


class ReportCommencement(Command):
    """Report that construction has started (SPEC §3.8, S002-13).

    One report is open at a time; after a refusal the start may be reported again.
    """

    title_zh = "上报动工"
    recorders = (Role.UNIT, Role.PART)
    records = CommencementReported

    project_id: ProjectId
    on: date
    works: Text
    photos: Photos = ()

    def decide(self, case: Deliberation) -> None:
        state = commencement(case, self.project_id)
        _require_uncertified(self.project_id, state.certified)
        if (report := state.open_report) is not None:
            raise RuleBroken(
                f"项目{self.project_id}已上报动工，待认定（第{report.position}号记录）；"
                "内容有误请更正该记录",
                f"the start of project {self.project_id} is reported and awaits its judgement "
                f"(event {report.position}); if that report is wrong, correct it",
                clause="SPEC §3.8",
                position=report.position,
            )
        super().decide(case)


class CertifyCommencement(Command):
    """Certify that construction has started, after seeing the site (SPEC §3.8, S002-13).

    The deciding event is this one: without a report it is recorded with a warning. No certifier may
    have reported the start.
    """

    title_zh = "认定动工"
    recorders = (Role.LG,)
    records = CommencementCertified

    project_id: ProjectId
    on: date
    certifiers: Certifiers
    site_visit_doc: DocumentRef | None = None

    def decide(self, case: Deliberation) -> None:
        if commencement(case, self.project_id).open_report is None:
            case.warn(
                "commencement.report_first",
                f"项目{self.project_id}没有待认定的动工上报，领导小组径行认定",
                f"no report of the start of project {self.project_id} awaits judgement; "
                "the leading group certifies of its own accord",
            )
        super().decide(case)


class RefuseCommencement(Command):
    """Refuse to certify a reported start, with the ground (SPEC §3.8)."""

    title_zh = "不予认定动工"
    recorders = (Role.LG,)
    records = CommencementRefused

    project_id: ProjectId
    ground: Text
    on: date | None = None
    certifiers: Annotated[tuple[PersonId, ...], Field(max_length=50)] = ()
    site_visit_doc: DocumentRef | None = None

    def decide(self, case: Deliberation) -> None:
        state = commencement(case, self.project_id)
        _require_uncertified(self.project_id, state.certified)
        if state.open_report is None:
            position = state.refusal.position if state.refusal else None
            raise RuleBroken(
                f"项目{self.project_id}没有待认定的动工上报；不予认定须针对一次上报",
                f"no report of the start of project {self.project_id} awaits judgement; "
                "a refusal answers a report",
                clause="SPEC §3.8",
                position=position,
            )
        super().decide(case)


class CertifyDeemedCommencement(Command):
    """Certify a project that land keeps from starting as deemed started, for the award (A-10)."""

    title_zh = "认定视同动工"
    recorders = (Role.LG,)
    records = DeemedCommencementCertified

    project_id: ProjectId
    on: date
    reason: Literal["land_blocked"]

    def decide(self, case: Deliberation) -> None:
        _require_uncertified(self.project_id, commencement(case, self.project_id).certified)
        super().decide(case)
