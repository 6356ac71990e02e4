"""Projects for tests of the rates: signed, verified, registered, funded, started, as one says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from domain.companies import check_character
from domain.rulebook import defaults
from projections.rate_members import members
from projections.rate_rules import RULES, GroupBy
from projections.rates import rates
from tests.database import TestDatabase
from tests.projections.bureau import Bureau, bureau_on


def yuan(ten_thousands: int | str) -> dict[str, str]:
    """So many 万元."""
    whole, _, decimals = str(ten_thousands).partition(".")
    assert len(decimals) <= 6
    fen = int(whole + decimals.ljust(6, "0"))
    return {"amount": f"{fen // 100}.{fen % 100:02d}", "currency": "CNY"}


class RatedBureau:
    """A bureau with the default rules of the rates and one county, u1."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        for command in defaults():
            if command.key in RULES:
                bureau.rule(command.key, command.value)
        bureau.unit("u1", "县市区")

    def signed(
        self,
        project: str,
        on: str,
        ten_thousands: int | None,
        level: str = "正式合同",
        **more: Any,
    ) -> int:
        """A project opened, signed and verified on one day; the position of its signing."""
        opened = {k: more.pop(k) for k in ("jurisdiction", "funds_origin") if k in more}
        self.bureau.project(project, opened.pop("jurisdiction", "u1"), on, **opened)
        return self.signing(project, on, ten_thousands, level, **more)

    def signing(
        self, project: str, on: str, ten_thousands: int | None, level: str = "正式合同", **more: Any
    ) -> int:
        """A verified signing of a project, `s-<project>` unless said; its position."""
        signing = more.pop("signing_id", f"s-{project}")
        money = None if ten_thousands is None else yuan(ten_thousands)
        said = {
            "signing_id": signing,
            "project_id": project,
            "level": level,
            "signed_on": on,
            "total_investment": money,
            "contract_introduced_funds": money,
            **more,
        }
        position = self.bureau.record("record-signing", on, **said)
        self.bureau.judge("verify-signing", on, signing_id=signing, ok=True)
        return position

    def registered(self, project: str, on: str) -> int:
        """A company for a project."""
        code = f"91360800MA5{sum(map(ord, project)):06d}"
        said = {"credit_code": code + check_character(code), "name": f"{project}公司", "on": on}
        return self.bureau.record(
            "register-company", on, project_id=project, registered_capital=yuan(100), **said
        )

    def reported(self, project: str, on: str, ten_thousands: int | str, **more: Any) -> str:
        """An arrival with a bank slip of its own; its id."""
        arrival: str = more.pop("arrival_id", f"a-{project}-{on}")
        amount = more.pop("amount", None) or yuan(ten_thousands)
        slip = {"kind": "银行进账单", "no": f"单{arrival}", "date": on, "amount": amount}
        said = {
            "arrival_id": arrival,
            "project_id": project,
            "amount": amount,
            "received_on": on,
            "origin": "省外",
            "form": "设备实物",
            "purpose": "设备",
            "evidence": [slip],
            **more,
        }
        self.bureau.record("report-fund-arrival", on, **said)
        return arrival

    def recognised(self, arrival: str, on: str, ten_thousands: int | str, **more: Any) -> int:
        """What an authority, 县 unless said, recognised of an arrival."""
        amount = more.pop("amount", None) or yuan(ten_thousands)
        said = {"arrival_id": arrival, "amount_recognised": amount, "authority": "县", **more}
        return self.bureau.judge("recognise-fund-arrival", on, **said)

    def arrived(self, project: str, on: str, ten_thousands: int | str) -> int:
        """Funds reported and recognised in full on one day; the position of the recognition."""
        return self.recognised(self.reported(project, on, ten_thousands), on, ten_thousands)

    def started(self, project: str, on: str) -> int:
        """A certified start."""
        said = {"project_id": project, "on": on, "certifiers": ["lg1"]}
        return self.bureau.judge("certify-commencement", on, **said)

    def producing(self, project: str, on: str) -> int:
        """Full production."""
        return self.bureau.record("start-production", on, project_id=project, on=on, kind="全部")

    def terminated(self, project: str, on: str) -> int:
        """The end of the signing `s-<project>`."""
        said = {"signing_id": f"s-{project}", "cause": "投资方", "on": on}
        return self.bureau.record("terminate-signing", on, **said)

    def rates(
        self, cutoff: str = "2012-12-31", group_by: GroupBy | None = None, **asof: Any
    ) -> list[dict[str, Any]]:
        """The rows as of a day."""
        with self.bureau.asked(cutoff, **asof) as (connection, as_of):
            return rates(connection, as_of, group_by)

    def row(self, cutoff: str = "2012-12-31", **asof: Any) -> dict[str, Any]:
        """The one row over everything."""
        (row,) = self.rates(cutoff, **asof)
        return row

    def members(self, cutoff: str = "2012-12-31", **more: Any) -> dict[str, dict[str, Any]]:
        """The members as of a day, by project."""
        known_at = more.pop("known_at", None)
        with self.bureau.asked(cutoff, known_at=known_at) as (connection, as_of):
            return {m["project_id"]: m for m in members(connection, as_of, **more)}


@contextmanager
def rating(database: TestDatabase) -> Iterator[RatedBureau]:
    """A bureau on a migrated schema, ready to be asked for rates."""
    with bureau_on(database, rules=False) as bureau:
        yield RatedBureau(bureau)


def worked_example(rated: RatedBureau) -> None:
    """The projects of SPEC §4.4, a to f, on their days."""
    rated.signed("a", "2011-03-01", 10_000)
    rated.registered("a", "2011-03-20")
    rated.arrived("a", "2011-06-30", 9_000)
    rated.producing("a", "2012-03-15")
    rated.signed("b", "2011-12-31", 20_000, "协议")
    rated.arrived("b", "2012-06-30", 5_000)
    rated.started("b", "2012-12-31")
    rated.signed("c", "2012-05-01", 30_000)
    rated.registered("c", "2012-06-15")
    rated.signed("d", "2012-06-01", 40_000)
    rated.terminated("d", "2012-11-01")
    rated.signed("e", "2010-12-31", 50_000)
    rated.arrived("e", "2011-09-01", 50_000)
    rated.producing("e", "2012-05-20")
    rated.signed("f", "2012-02-01", 60_000, "意向")


def figures(of: dict[str, Any]) -> tuple[Any, ...]:
    """Numerator, denominator, fraction and printed form of a rate."""
    return tuple(of[name] for name in ("numerator", "denominator", "fraction", "printed"))
