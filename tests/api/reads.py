"""A service with the rule book and current figures, and the worked example of SPEC §4.4 posted to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.projecting import projecting
from domain.companies import check_character
from domain.model.roles import Role
from eventlog.setup import enact_rulebook
from tests.api.service import Service


class Reader:
    """A client that records as the office and certifies as somebody else."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.judge = service.admit("judge", Role.LGO, Role.LG)

    def give(self, name: str, on: str, /, *, judge: bool = False, **body: Any) -> int:
        """Give a command that must be recorded; the position of its last event."""
        token = self.judge if judge else self.service.token
        answer = self.service.post(name, {"occurred_on": on, **body}, token=token)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["position"])

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """A read that must succeed, as fresh as everything recorded so far."""
        answer = self.service.get(path, params={"min_position": self.service.head(), **query})
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def project(self, project: str, on: str, **more: Any) -> int:
        """Open a project in the county u1."""
        body: dict[str, Any] = {
            "project_id": project,
            "name": f"{project}电子厂",
            "class": "工业",
            "kind": "新建",
            "investor": {"name": f"{project}投资有限公司", "country": "CN"},
            "funds_origin": "省外",
            "jurisdiction": "u1",
            **more,
        }
        return self.give("open-project", on, **body)

    def signed(self, project: str, on: str, ten_thousands: int, level: str = "正式合同") -> int:
        """Open a project, sign it for so many 万元 and verify that; the position of the signing."""
        self.project(project, on)
        money = {"amount": f"{ten_thousands}0000.00", "currency": "CNY"}
        body: dict[str, Any] = {
            "signing_id": f"s-{project}",
            "project_id": project,
            "level": level,
            "signed_on": on,
            "total_investment": money,
            "contract_introduced_funds": money,
            "fx": None,
        }
        position = self.give("record-signing", on, **body)
        self.give("verify-signing", on, judge=True, signing_id=f"s-{project}", ok=True)
        return position

    def arrived(self, project: str, on: str, ten_thousands: int) -> int:
        """Report funds with a bank slip and recognise them; the position of the recognition."""
        money = {"amount": f"{ten_thousands}0000.00", "currency": "CNY"}
        slip = {"kind": "银行进账单", "no": f"单{project}{on}", "date": on, "amount": money}
        body: dict[str, Any] = {
            "arrival_id": f"a-{project}",
            "project_id": project,
            "amount": money,
            "received_on": on,
            "origin": "省外",
            "form": "人民币现金",
            "is_cash_fx": False,
            "purpose": "基建",
            "evidence": [{**slip, "sha256": None}],
        }
        self.give("report-fund-arrival", on, **body)
        said: dict[str, Any] = {
            "arrival_id": f"a-{project}",
            "amount_recognised": money,
            "fx": None,
        }
        return self.give("recognise-fund-arrival", on, judge=True, authority="县", **said)

    def registered(self, project: str, on: str) -> int:
        """Register the company of a project."""
        code = f"91360800MA5{ord(project[-1]):06d}"
        capital = {"amount": "10000000.00", "currency": "CNY"}
        body: dict[str, Any] = {
            "credit_code": code + check_character(code),
            "name": f"{project}公司",
            "on": on,
        }
        return self.give(
            "register-company", on, project_id=project, registered_capital=capital, **body
        )

    def producing(self, project: str, on: str) -> int:
        """Full production."""
        return self.give("start-production", on, project_id=project, on=on, kind="全部")

    def started(self, project: str, on: str) -> int:
        """Certify a start."""
        doc = {"no": f"勘{project}号", "title": "现场核查"}
        body: dict[str, Any] = {
            "project_id": project,
            "on": on,
            "certifiers": ["p9"],
            "site_visit_doc": doc,
        }
        return self.give("certify-commencement", on, judge=True, **body)

    def worked_example(self) -> dict[str, int]:
        """Projects a to f of SPEC §4.4; the positions of their signings, first starts and ends."""
        self.give("register-unit", "2010-01-01", unit_id="u1", name="某县", kind="县市区")
        at = {"a": self.signed("a", "2011-03-01", 10_000)}
        at["funds of a"] = self.arrived("a", "2011-06-30", 9_000)
        at["production of a"] = self.producing("a", "2012-03-15")
        at["b"] = self.signed("b", "2011-12-31", 20_000, "协议")
        at["funds of b"] = self.arrived("b", "2012-06-30", 5_000)
        at["start of b"] = self.started("b", "2012-12-31")
        at["c"] = self.signed("c", "2012-05-01", 30_000)
        at["company of c"] = self.registered("c", "2012-06-15")
        at["d"] = self.signed("d", "2012-06-01", 40_000)
        ended: dict[str, Any] = {"signing_id": "s-d", "cause": "投资方", "on": "2012-11-01"}
        at["end of d"] = self.give("terminate-signing", "2012-11-01", **ended)
        at["e"] = self.signed("e", "2010-12-31", 50_000)
        self.arrived("e", "2011-09-01", 50_000)
        self.producing("e", "2012-05-20")
        at["f"] = self.signed("f", "2012-02-01", 60_000, "意向")
        return at


@contextmanager
def reading(service: Service) -> Iterator[Reader]:
    """A reader of a service whose rules are set and whose figures are kept current."""
    enact_rulebook(service.jurisdiction.registrar)
    with projecting(service.jurisdiction):
        yield Reader(service)
