"""Leads: registered, screened, verified, refused, marked as repeats, made into projects.

The first lead for an investor's project is the one that stands first in the record; a later one for
the same is recorded too, as its rival (SPEC §3.3, §10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken
from domain.model.event import AHEAD, Event, Recorded
from domain.model.identity import Investor, normal_name
from domain.model.money import Money
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.separation import require_other_hands
from domain.model.subjects import LeadId, ParticipantId, ProjectId, RivalId, tag
from domain.model.texts import Line, Sha256, Text

LeadKind = Literal["投资", "项目", "市场"]
Channel = Literal[
    "驻点招商",
    "小分队招商",
    "办节办会招商",
    "亲情招商",
    "行业协会招商",
    "以商招商",
    "委托招商",
    "代理招商",
    "企业招商",
    "网上招商",
    "以乡招商",
    "以情招商",
    "以园招商",
    "产业招商",
    "能人招商",
    "领导带头招商",
    "其他",
]


class LeadTests(BaseModel):
    """The six tests of a valuable lead (SPEC §3.3, S002-04)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    has_investor: bool
    has_intent: bool
    has_capacity: bool
    policy_ok: bool
    env_ok: bool
    truthful: bool

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the tests that were not passed."""
        return tuple(name for name, passed in self if not passed)

    @property
    def outcome(self) -> Literal["通过", "不通过"]:
        """The result of a screening by these tests."""
        return "不通过" if self.failed else "通过"


class LeadRegistered(Event):
    """A lead was registered; `rival_of` names the earlier lead it competes with (SPEC §3.3, §10)."""

    title_zh = "线索登记"
    sentence_zh = "{registrant}登记线索{lead_id}：{investor}，{intended_project}（{channel}）"
    sentence_en = (
        "{registrant} registered lead {lead_id}: {investor}, {intended_project} ({channel})"
    )
    creates = "lead"
    settled = ("rival_of",)

    lead_id: LeadId
    kind: LeadKind
    registrant: ParticipantId
    source_person: PersonalText | None = None
    channel: Channel
    investor: Investor
    investor_contact: PersonalText | None = None
    intended_project: Line | None = None
    industry: Line | None = None
    est_investment: Money | None = None
    region: Line | None = None
    disclosed_publicly: bool = False
    referrer_project_id: ProjectId | None = None
    content_sha256: Sha256 | None = None
    rival_of: RivalId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return self.investor.tags

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _require_own(self, mine)
        if mine.is_new:
            return
        for verdict in verdicts(case, self.lead_id):
            _require_impartial(verdict, mine)
        rival = first_rival(case, self, before=mine.position)
        if rival is not None and rival.said.lead_id != self.rival_of:
            warn_of_rival(case, rival)

    def rivals(self, other: LeadRegistered) -> bool:
        """Whether both are about the same investor and, where both name one, the same project."""
        if not self.investor.same_as(other.investor):
            return False
        if self.intended_project is None or other.intended_project is None:
            return True
        return normal_name(self.intended_project) == normal_name(other.intended_project)


class LeadScreened(Event):
    """A lead was screened against the six tests (SPEC §3.3)."""

    title_zh = "线索筛选"
    sentence_zh = "线索{lead_id}筛选结果：{result}"
    sentence_en = "Lead {lead_id} screened: {result}"

    lead_id: LeadId
    tests: LeadTests
    result: Literal["通过", "不通过"]

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.result != self.tests.outcome:
            raise RuleBroken(
                f"按六项检验，筛选结果应为“{self.tests.outcome}”，不是“{self.result}”；请一并更正",
                f"by the six tests the result is {self.tests.outcome}, not {self.result}; "
                "correct both together",
                clause="S002-04",
            )


class LeadVerified(Event):
    """A lead was judged valuable or not, by somebody other than its registrant (SPEC §3.3)."""

    title_zh = "认定有价值信息"
    sentence_zh = "线索{lead_id}经认定，有价值：{valuable}"
    sentence_en = "Lead {lead_id} verified, valuable: {valuable}"
    verdict = True

    lead_id: LeadId
    tests: LeadTests
    valuable: bool

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _require_sole_verdict(case, mine, self.lead_id)
        if self.valuable and self.tests.failed:
            raise RuleBroken(
                f"有未通过的检验（{'、'.join(self.tests.failed)}），不能认定为有价值信息",
                f"a lead that fails {', '.join(self.tests.failed)} cannot be valuable",
                clause="S002-04",
            )


class LeadRejected(Event):
    """A lead was not recognised (SPEC §3.3)."""

    title_zh = "线索不予认定"
    sentence_zh = "线索{lead_id}不予认定：{ground}"
    sentence_en = "Lead {lead_id} rejected: {ground}"
    verdict = True

    lead_id: LeadId
    ground: Line

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _require_sole_verdict(case, mine, self.lead_id)


class LeadMarkedDuplicate(Event):
    """A lead was judged to repeat an earlier one (SPEC §3.3, S002-10)."""

    title_zh = "判为重复"
    sentence_zh = "线索{lead_id}判为{of_lead_id}的重复：{basis}"
    sentence_en = "Lead {lead_id} judged a repeat of {of_lead_id}: {basis}"
    verdict = True

    lead_id: LeadId
    of_lead_id: LeadId
    basis: Text

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        later = case.require("lead", self.lead_id).position
        earlier = case.require("lead", self.of_lead_id).position
        if later <= earlier:
            raise RuleBroken(
                f"线索{self.of_lead_id}（第{earlier}号）不早于{self.lead_id}（第{later}号）；"
                "只能把记录在后的判为重复",
                f"lead {self.of_lead_id} (event {earlier}) does not stand before {self.lead_id} "
                f"(event {later}); only the later can be a repeat",
                clause="DESIGN §2",
                position=earlier,
            )
        _require_sole_verdict(case, mine, self.lead_id)


class LeadConverted(Event):
    """A lead became a project (SPEC §3.3)."""

    title_zh = "转为项目"
    sentence_zh = "线索{lead_id}转为项目{project_id}"
    sentence_en = "Lead {lead_id} became project {project_id}"

    lead_id: LeadId
    project_id: ProjectId

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for other in case.events(tag("lead", self.lead_id), LeadConverted):
            if other.position != mine.position:
                raise RuleBroken(
                    f"线索{self.lead_id}已转为项目（第{other.position}号记录）；一条线索只转一个项目",
                    f"lead {self.lead_id} became a project already (event {other.position}); "
                    "a lead becomes one project",
                    clause="SPEC §3.3",
                    position=other.position,
                )


@dataclass
class Lead:
    """What the record says of one lead."""

    registered: Recorded
    verdict: Recorded | None = None
    duplicate_of: str | None = None
    converted: Recorded | None = None

    @property
    def said(self) -> LeadRegistered:
        """The registration as it stands."""
        assert isinstance(self.registered.event, LeadRegistered)
        return self.registered.event

    @property
    def live(self) -> bool:
        """Whether it still counts: neither refused nor a repeat."""
        return self.duplicate_of is None and not isinstance(
            self.verdict.event if self.verdict else None, LeadRejected
        )


LEAD_TYPES = (LeadRegistered, LeadVerified, LeadRejected, LeadMarkedDuplicate, LeadConverted)


def lead(case: Deliberation, lead_id: str) -> Lead:
    """Fold one lead's events; SubjectUnknown if it was never registered."""
    case.fetch([(tag("lead", lead_id), LEAD_TYPES)])
    state = Lead(case.require("lead", lead_id))
    for recorded in case.events(tag("lead", lead_id), *LEAD_TYPES[1:]):
        match recorded.event:
            case LeadVerified(lead_id=about) | LeadRejected(lead_id=about) if about == lead_id:
                state.verdict = recorded
            case LeadMarkedDuplicate(lead_id=about, of_lead_id=earlier) if about == lead_id:
                state.duplicate_of = earlier
            case LeadConverted():
                state.converted = recorded
    return state


def verdicts(case: Deliberation, lead_id: str) -> list[Recorded]:
    """What was judged of a lead: valuable or not, refused, or a repeat of another."""
    about = tag("lead", lead_id)
    case.fetch([(about, LEAD_TYPES)])
    return [
        recorded
        for recorded in case.events(about, LeadVerified, LeadRejected, LeadMarkedDuplicate)
        if isinstance(recorded.event, LeadVerified | LeadRejected | LeadMarkedDuplicate)
        and recorded.event.lead_id == lead_id
    ]


def _require_sole_verdict(case: Deliberation, mine: Recorded, lead_id: str) -> None:
    """A lead is judged once, and not by its registrant; a mistaken verdict is revoked first."""
    given = verdicts(case, lead_id)
    _require_impartial(mine, case.require("lead", lead_id))
    for other in given:
        if other.position != mine.position:
            raise RuleBroken(
                f"线索{lead_id}已有结论（第{other.position}号记录）；"
                "如有误，请先撤销该结论再重新认定",
                f"lead {lead_id} has its verdict (event {other.position}); "
                "if that is wrong, revoke it and judge anew",
                clause="SPEC §3.3",
                position=other.position,
            )


def _require_impartial(verdict: Recorded, registered: Recorded) -> None:
    said = registered.event
    assert isinstance(said, LeadRegistered)
    zh, en = f"线索{said.lead_id}", f"lead {said.lead_id}"
    require_other_hands(verdict, registered, zh, en, claimants=(said.registrant,))


def _require_own(said: LeadRegistered, mine: Recorded) -> None:
    """NotPermitted where a personal account registers for somebody else."""
    person = mine.actor.person
    if mine.actor.role == Role.PART and said.registrant != person:
        raise NotPermitted(
            f"个人账号只能为本人（{person}）登记；为{said.registrant}登记请用其本人或单位账号",
            f"a personal account registers for its own person ({person}) only; "
            f"for {said.registrant} use their own or their unit's account",
            clause="SPEC §3.0",
        )


def first_rival(case: Deliberation, said: LeadRegistered, before: int) -> Lead | None:
    """The earliest live lead about the same, among those that stand before a position."""
    earlier = (one for one in _leads_of(case, said.investor) if one.registered.position < before)
    return next((one for one in earlier if one.said.rivals(said)), None)


def warn_of_rival(case: Deliberation, rival: Lead) -> None:
    """Tell that another lead stands first; position decides between them."""
    case.warn(
        "lead.dedupe",
        f"同一投资方同一项目已有线索{rival.said.lead_id}"
        f"（第{rival.registered.position}号记录）；本线索记为竞争申报，先后以记录位置为准",
        f"lead {rival.said.lead_id} (event {rival.registered.position}) names the same "
        "investor and project; this one is recorded as its rival, and position decides",
    )


class RegisterLead(Command):
    """Register a lead for its registrant (SPEC §3.3).

    An earlier live lead for the same investor and project makes this one its rival: recorded, told
    to the caller, and never before it in rank.
    """

    title_zh = "登记线索"
    recorders = (Role.UNIT, Role.TEAM, Role.STN, Role.ITM, Role.PART)
    records = LeadRegistered

    lead_id: LeadId | None = None
    kind: LeadKind
    registrant: ParticipantId
    source_person: PersonalText | None = None
    channel: Channel
    investor: Investor
    investor_contact: PersonalText | None = None
    intended_project: Line | None = None
    industry: Line | None = None
    est_investment: Money | None = None
    region: Line | None = None
    disclosed_publicly: bool = False
    referrer_project_id: ProjectId | None = None
    content_sha256: Sha256 | None = None

    def decide(self, case: Deliberation) -> None:
        said = self.said(LeadRegistered)
        rival = first_rival(case, LeadRegistered(**said), before=AHEAD)
        if rival is not None:
            said["rival_of"] = rival.said.lead_id
            warn_of_rival(case, rival)
        case.record(LeadRegistered, **said)


def _leads_of(case: Deliberation, investor: Investor) -> list[Lead]:
    """The live leads that name an investor, earliest position first."""
    case.fetch([(wanted, (LeadRegistered,)) for wanted in investor.tags])
    found = {r.position: r for t in investor.tags for r in case.events(t, LeadRegistered)}
    ids = [r.event.lead_id for _, r in sorted(found.items()) if isinstance(r.event, LeadRegistered)]
    case.fetch([(tag("lead", one), LEAD_TYPES) for one in ids])
    return [one for one in (lead(case, i) for i in ids) if one.live]
