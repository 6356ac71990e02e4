"""Promised payments: the schedule of a project's funds, its extension, and dunning (SPEC §3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.subjects import ProjectId, tag
from domain.model.texts import DocumentRef, Line
from domain.signing_terms import ScheduleLine
from domain.signings import SigningRecorded


def _one_line_a_day(lines: tuple[ScheduleLine, ...]) -> tuple[ScheduleLine, ...]:
    days = [(line.due, line.amount.currency) for line in lines]
    if twice := sorted({str(due) for due, currency in days if days.count((due, currency)) > 1}):
        named = "、".join(twice)
        raise ValueError(
            f"同一到期日同一币种只列一笔：{named} · "
            f"one line per due date and currency; given twice: {', '.join(twice)}"
        )
    return lines


PaymentPlan = Annotated[
    tuple[ScheduleLine, ...],
    Field(min_length=1, max_length=200),
    AfterValidator(_one_line_a_day),
]


class FundScheduleSet(Event):
    """The payments of a project were promised by dates; it replaces an earlier schedule (§3.8)."""

    title_zh = "进资计划"
    sentence_zh = "项目{project_id}进资计划共{count}笔，至{last_due}"
    sentence_en = "Payments of project {project_id} scheduled: {count} until {last_due}"

    project_id: ProjectId
    lines: PaymentPlan

    @property
    def count(self) -> int:
        """How many payments it lists."""
        return len(self.lines)

    @property
    def last_due(self) -> date:
        """The day by which all of it is due."""
        return max(line.due for line in self.lines)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if not mine.is_new:
            _require_longer(case, mine, self.project_id)


class FundScheduleExtended(Event):
    """A project's payments were put off, on the strength of a document (SPEC §3.8, S003-31)."""

    title_zh = "进资延期"
    sentence_zh = "项目{project_id}进资延期至{last_due}，共{count}笔"
    sentence_en = "Payments of project {project_id} extended to {last_due}: {count}"

    project_id: ProjectId
    lines: PaymentPlan
    ext_doc: DocumentRef

    @property
    def count(self) -> int:
        """How many payments it lists."""
        return len(self.lines)

    @property
    def last_due(self) -> date:
        """The day by which all of it is due."""
        return max(line.due for line in self.lines)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if schedules(case, self.project_id)[0].stated.position == mine.position:
            raise RuleBroken(
                f"项目{self.project_id}尚无进资计划，无从延期；请先用 set-fund-schedule 设定",
                f"project {self.project_id} has no schedule to extend; record set-fund-schedule first",
                clause="SPEC §3.8",
            )
        _require_longer(case, mine, self.project_id)


class FundDunningIssued(Event):
    """A letter asked for outstanding funds by a day (SPEC §3.8, S003-31)."""

    title_zh = "催资函"
    sentence_zh = "项目{project_id}发出催资函{letter_no}，限{due}前进资"
    sentence_en = "Letter {letter_no} asks project {project_id} for its funds by {due}"

    project_id: ProjectId
    letter_no: Line
    due: date

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for other in case.events(tag("project", self.project_id), FundDunningIssued):
            assert isinstance(other.event, FundDunningIssued)
            if other.event.letter_no == self.letter_no and other.position != mine.position:
                raise RuleBroken(
                    f"催资函{self.letter_no}已登记（第{other.position}号记录）；请核对文号",
                    f"letter {self.letter_no} is recorded already (event {other.position}); "
                    "check its number",
                    clause="SPEC §3.8",
                    position=other.position,
                )


@dataclass(frozen=True, slots=True)
class Schedule:
    """The payments that a project has promised, and the event that says so."""

    stated: Recorded
    lines: tuple[ScheduleLine, ...]

    @property
    def last_due(self) -> date:
        """The day by which all of it is due."""
        return max(line.due for line in self.lines)


def schedule(case: Deliberation, project_id: str) -> Schedule | None:
    """The schedule in force: the latest set or extended, or stated in a signing; None if none is."""
    return next(reversed(schedules(case, project_id)), None)


def schedules(case: Deliberation, project_id: str) -> list[Schedule]:
    """Every schedule that a project was given, each replacing the one before."""
    found: list[Schedule] = []
    wanted = (FundScheduleSet, FundScheduleExtended, SigningRecorded)
    for recorded in case.events(tag("project", project_id), *wanted):
        match recorded.event:
            case FundScheduleSet(lines=lines) | FundScheduleExtended(lines=lines):
                found.append(Schedule(recorded, lines))
            case SigningRecorded(fund_schedule=lines) if lines:
                found.append(Schedule(recorded, lines))
    return found


def _require_longer(case: Deliberation, mine: Recorded, project_id: str) -> None:
    """RuleBroken where an extension does not reach beyond the schedule before it."""
    for former, later in pairwise(schedules(case, project_id)):
        pair = (former.stated.position, later.stated.position)
        if mine.position not in pair or not isinstance(later.stated.event, FundScheduleExtended):
            continue
        if later.last_due <= former.last_due:
            raise RuleBroken(
                f"延期后的最后到期日 {later.last_due} 不晚于原计划的 {former.last_due}；"
                "延期须更晚，如只是调整请用 set-fund-schedule",
                f"the last day {later.last_due} is not later than {former.last_due} of the former "
                "schedule; an extension must be, to rearrange payments use set-fund-schedule",
                clause="SPEC §3.8",
                position=next(position for position in pair if position != mine.position),
            )


class SetFundSchedule(Command):
    """Set by which days a project's funds are to arrive (SPEC §3.8)."""

    title_zh = "设定进资计划"
    recorders = (Role.UNIT,)
    records = FundScheduleSet

    project_id: ProjectId
    lines: PaymentPlan


class ExtendFundSchedule(Command):
    """Put off a project's payments (SPEC §3.8, S003-31).

    The new lines replace the old; an extension reaches beyond the last day of the former schedule.
    """

    title_zh = "进资延期"
    recorders = (Role.UNIT,)
    records = FundScheduleExtended

    project_id: ProjectId
    lines: PaymentPlan
    ext_doc: DocumentRef


class IssueFundDunning(Command):
    """Record a letter that asks for outstanding funds by a day (SPEC §3.8)."""

    title_zh = "发催资函"
    recorders = (Role.UNIT,)
    records = FundDunningIssued

    project_id: ProjectId
    letter_no: Line
    due: date
