"""How the deals came about: opened from a lead, negotiated, signed, verified, some started."""

from __future__ import annotations

from collections.abc import Iterator

from api.demonstration.cast import BUREAU, GROUP, OFFICE, SECOND_OFFICE
from api.demonstration.deals import REFUSED, STARTED, Deal
from api.demonstration.leads import LEADS, Lead
from api.demonstration.step import PositionOf, Step, document, ten_thousand_yuan
from api.demonstration.window import after, told

_MISREAD = ten_thousand_yuan(10_400)
"""How the signing of 14,000 万元 was first recorded."""

_CERTIFIERS = ["demo-q02", "demo-q06"]


def signings() -> list[Step]:
    """Every deal from its opening on."""
    return [step for lead in LEADS if lead.deal for step in _told_of(lead, lead.deal)]


def _told_of(lead: Lead, deal: Deal) -> Iterator[Step]:
    yield from _signed(lead, deal)
    if deal.number == 1:
        yield _corrected(lead, deal)
    if deal.start is not None:
        yield from _started(lead, deal)


def _signed(lead: Lead, deal: Deal) -> Iterator[Step]:
    project, clerk = deal.project_id, lead.unit.unit_id
    yield told(
        f"project {project}",
        BUREAU,
        "open-project",
        after(lead.day + 6),
        project_id=project,
        name=deal.name,
        investor=deal.investor,
        kind="新建",
        funds_origin=deal.origin,
        jurisdiction=clerk,
        lead_id=lead.lead_id,
        **{"class": deal.class_},
    )
    yield told(
        f"negotiation on {project}",
        clerk,
        "hold-negotiation",
        after(lead.day + 9),
        project_id=project,
        parties=[lead.unit.name, deal.investor["name"]],
        stage="实质洽谈",
    )
    signed = lead.day + 14
    fx = {"rate": "6.8300", "date": after(signed), "source": "中国外汇交易中心人民币汇率中间价"}
    misread = deal.number == 1
    yield told(
        f"signing {deal.signing_id}",
        clerk,
        "record-signing",
        after(signed),
        signing_id=deal.signing_id,
        project_id=project,
        level=deal.level,
        signed_on=after(signed),
        parties=["青禾区人民政府", deal.investor["name"]],
        total_investment=_MISREAD if misread else deal.total,
        contract_introduced_funds=_MISREAD if misread else deal.funds,
        fx=fx if deal.funds["currency"] != "CNY" else None,
        documents=[document(f"青禾招合〔2009〕{deal.number}号", f"{deal.name}项目{deal.level}")],
    )
    yield told(
        f"verdict on {deal.signing_id}",
        (OFFICE, SECOND_OFFICE)[deal.number % 2],
        "verify-signing",
        after(signed + 3),
        signing_id=deal.signing_id,
        ok=True,
    )


def _corrected(lead: Lead, deal: Deal) -> Step:
    return told(
        f"correction of {deal.signing_id}",
        OFFICE,
        "correct-event",
        after(lead.day + 25),
        target=PositionOf(f"signing {deal.signing_id}"),
        changes={"total_investment": deal.total, "contract_introduced_funds": deal.funds},
        reason="登记时金额数字颠倒，按合同原件更正",
    )


def _started(lead: Lead, deal: Deal) -> Iterator[Step]:
    """Reported by the unit; certified by the leading group, or refused where nothing was seen."""
    project, reported = deal.project_id, after(lead.day + 24)
    yield told(
        f"start of {project} reported",
        lead.unit.unit_id,
        "report-commencement",
        reported,
        project_id=project,
        on=reported,
        works="场地平整完毕，厂房桩基开工",
    )
    visit = document(f"青禾百战勘〔2009〕{deal.number}号", "项目开工现场核查记录")
    if deal.start == STARTED:
        yield told(
            f"start of {project} certified",
            GROUP,
            "certify-commencement",
            after(lead.day + 30),
            project_id=project,
            on=reported,
            certifiers=_CERTIFIERS,
            site_visit_doc=visit,
        )
    elif deal.start == REFUSED:
        yield told(
            f"start of {project} refused",
            GROUP,
            "refuse-commencement",
            after(lead.day + 30),
            project_id=project,
            ground="现场只有围挡和活动板房，未见施工",
            certifiers=_CERTIFIERS,
            site_visit_doc=visit,
        )
