"""The project company: registered, its capital increased and verified (SPEC §3.7).

One company carries one project at a time; one company, known by its credit code, may carry several
projects, as where it expands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.identity import evidence_key
from domain.model.money import Money, PositiveMoney
from domain.model.roles import Role
from domain.model.separation import require_other_hands
from domain.model.subjects import ProjectId, tag
from domain.model.texts import CreditCode, DocumentRef, Line

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_character(code: str) -> str:
    """The 18th character that the first 17 of a credit code ask for (GB 32100-2015)."""
    total = sum(w * _ALPHABET.index(c) for w, c in zip(_WEIGHTS, code, strict=False))
    return _ALPHABET[-total % 31]


class CompanyRegistered(Event):
    """A company was registered to carry a project (SPEC §3.7)."""

    title_zh = "工商注册"
    settled = ("project_id",)
    sentence_zh = (
        "项目{project_id}于{on}注册公司{name}（{credit_code}），注册资本{registered_capital}"
    )
    sentence_en = (
        "Company {name} ({credit_code}) registered for project {project_id} on {on}, "
        "capital {registered_capital}"
    )

    project_id: ProjectId
    credit_code: CreditCode
    name: Line
    registered_capital: PositiveMoney
    paid_in: Money | None = None
    on: date
    licence_doc: DocumentRef | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return (f"company:{self.credit_code}",)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        about = tag("project", self.project_id)
        for other in case.events(about, CompanyRegistered):
            if other.position != mine.position:
                raise _second_company(self.project_id, other)
        _prefer_checked(case, self.credit_code)
        if not mine.is_new:
            for later in case.events(about, CapitalIncreased, CapitalVerified):
                if later.position > mine.position:
                    _require_same_company(self, later)


class CapitalIncreased(Event):
    """A project's company increased its capital by `amount` (SPEC §3.7, S003-32)."""

    title_zh = "增资"
    sentence_zh = "项目{project_id}的公司{credit_code}于{on}增资{amount}"
    sentence_en = (
        "Company {credit_code} of project {project_id} increased its capital by {amount} on {on}"
    )
    settled = ("project_id", "credit_code")

    project_id: ProjectId
    credit_code: CreditCode
    amount: PositiveMoney
    on: date

    def extra_tags(self) -> tuple[str, ...]:
        return (f"company:{self.credit_code}",)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        held = require_company(case, self.project_id)
        _require_order(held.said, self, held.registered.position)
        about = tag("project", self.project_id)
        for verdict in () if mine.is_new else case.events(about, CapitalVerified):
            if verdict.position > mine.position:
                _require_apart(self.project_id, mine, verdict)


class CapitalVerified(Event):
    """A firm's report verified `amount` of a company's capital; one report does so once (§3.7, §11)."""

    title_zh = "验资"
    sentence_zh = "项目{project_id}的公司{credit_code}经{firm}验资{amount}（报告{report_no}）"
    sentence_en = (
        "Capital of {amount} of company {credit_code} of project {project_id} verified by {firm}, "
        "report {report_no}"
    )
    exclusive = ("evidence",)
    settled = ("project_id", "credit_code")
    verdict = True

    project_id: ProjectId
    credit_code: CreditCode
    amount: PositiveMoney
    report_no: Line
    firm: Line

    def extra_tags(self) -> tuple[str, ...]:
        report = evidence_key("验资报告", self.report_no)
        return (f"company:{self.credit_code}", f"evidence:{report}")

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for claim in require_company(case, self.project_id).increases:
            if claim.position < mine.position:
                _require_apart(self.project_id, claim, mine)


def _require_apart(project_id: str, increase: Recorded, verdict: Recorded) -> None:
    zh, en = f"项目{project_id}的增资", f"an increase of capital of project {project_id}"
    require_other_hands(verdict, increase, zh, en)


def _second_company(project_id: str, held: Recorded) -> RuleBroken:
    said = held.event
    assert isinstance(said, CompanyRegistered)
    return RuleBroken(
        f"项目{project_id}已登记公司“{said.name}”（第{held.position}号"
        "记录）；增资请用 increase-capital，登记有误请更正或撤销原记录",
        f"project {project_id} has the company {said.name!r} "
        f"(event {held.position}); for more capital use increase-capital, "
        "for a mistake correct or revoke that event",
        clause="SPEC §3.7",
        position=held.position,
    )


def _prefer_checked(case: Deliberation, code: str) -> None:
    """Warn if a credit code does not end in its check character."""
    if (wanted := check_character(code)) != code[-1]:
        case.warn(
            "company.credit_code_check",
            f"统一社会信用代码{code}的校验位应为“{wanted}”，请核对营业执照",
            f"credit code {code} should end in {wanted!r} by its check character; "
            "compare it with the licence",
        )


def _require_same_company(said: CompanyRegistered, later: Recorded) -> None:
    """RuleBroken if a registration, as corrected, no longer fits what followed it."""
    event = later.event
    assert isinstance(event, CapitalIncreased | CapitalVerified)
    if event.credit_code != said.credit_code:
        raise RuleBroken(
            f"第{later.position}号记录“{event.title_zh}”沿用了公司代码{event.credit_code}；"
            "请先撤销该记录，更正后再重新登记",
            f"event {later.position}, {type(event).__name__}, took over the code "
            f"{event.credit_code}; revoke that first, and record it anew after the correction",
            clause="SPEC G8",
            position=later.position,
        )
    if isinstance(event, CapitalIncreased):
        _require_order(said, event, later.position)


def _require_order(said: CompanyRegistered, increase: CapitalIncreased, position: int) -> None:
    if increase.on < said.on:
        raise RuleBroken(
            f"增资日 {increase.on} 早于公司注册日 {said.on}；请核对日期",
            f"capital increased on {increase.on}, before the company was registered on "
            f"{said.on}; check the date",
            clause="SPEC §3.7",
            position=position,
        )


COMPANY_TYPES = (CompanyRegistered, CapitalIncreased)


@dataclass
class Company:
    """What the record says of the company that carries a project."""

    registered: Recorded
    increases: list[Recorded] = field(default_factory=list)

    @property
    def said(self) -> CompanyRegistered:
        """The registration as it stands."""
        assert isinstance(self.registered.event, CompanyRegistered)
        return self.registered.event


def company(case: Deliberation, project_id: str) -> Company | None:
    """Fold a project's company; None while it has none."""
    state: Company | None = None
    for recorded in case.events(tag("project", project_id), *COMPANY_TYPES):
        match recorded.event:
            case CompanyRegistered() if state is None:
                state = Company(recorded)
            case CapitalIncreased() if state is not None:
                state.increases.append(recorded)
    return state


def require_company(case: Deliberation, project_id: str) -> Company:
    """The project's company; RuleBroken while it has none."""
    if (state := company(case, project_id)) is None:
        raise RuleBroken(
            f"项目{project_id}尚未登记公司；请先用 register-company 登记",
            f"project {project_id} has no company yet; record register-company first",
            clause="SPEC §3.7",
        )
    return state


class RegisterCompany(Command):
    """Record the registration of the company that carries a project (SPEC §3.7)."""

    title_zh = "登记公司"
    recorders = (Role.INV, Role.DEPT)
    records = CompanyRegistered

    project_id: ProjectId
    credit_code: CreditCode
    name: Line
    registered_capital: PositiveMoney
    paid_in: Money | None = None
    on: date
    licence_doc: DocumentRef | None = None


class IncreaseCapital(Command):
    """Record that a project's company increased its capital (SPEC §3.7)."""

    title_zh = "登记增资"
    recorders = (Role.INV,)
    records = CapitalIncreased

    project_id: ProjectId
    amount: PositiveMoney
    on: date

    def decide(self, case: Deliberation) -> None:
        held = require_company(case, self.project_id)
        said = self.said(CapitalIncreased)
        case.record(CapitalIncreased, **said, credit_code=held.said.credit_code)


class VerifyCapital(Command):
    """Record a firm's capital verification report (SPEC §3.7, §11).

    Whoever recorded an increase of this company's capital does not record its verification.
    """

    title_zh = "登记验资"
    recorders = (Role.DEPT, Role.FIN)
    records = CapitalVerified

    project_id: ProjectId
    amount: PositiveMoney
    report_no: Line
    firm: Line

    def decide(self, case: Deliberation) -> None:
        held = require_company(case, self.project_id)
        said = self.said(CapitalVerified)
        case.record(CapitalVerified, **said, credit_code=held.said.credit_code)
