"""Who may record what: the recorder roles of SPEC §3.0."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A recorder role; the value is what the record stores."""

    LG = "LG"
    LGO = "LGO"
    SYN = "SYN"
    INV = "INV"
    LND = "LND"
    TRB = "TRB"
    TEAM = "TEAM"
    STN = "STN"
    UNIT = "UNIT"
    PART = "PART"
    ITM = "ITM"
    ENT = "ENT"
    DEPT = "DEPT"
    FIN = "FIN"
    AUD = "AUD"
    SUP = "SUP"
    CPC = "CPC"
    PUB = "PUB"
    ORG = "ORG"
    COO = "COO"
    CITY = "CITY"
    SYS = "SYS"

    @property
    def zh(self) -> str:
        """The role's Chinese name."""
        return _NAMES[self]


_NAMES: dict[Role, str] = {
    Role.LG: "领导小组",
    Role.LGO: "领导小组办公室",
    Role.SYN: "综合组",
    Role.INV: "招商组",
    Role.LND: "征地组",
    Role.TRB: "排忧解难组",
    Role.TEAM: "招商小分队",
    Role.STN: "驻点招商办事处",
    Role.UNIT: "责任单位填报员",
    Role.PART: "个人参与者",
    Role.ITM: "中介或商会",
    Role.ENT: "投资方",
    Role.DEPT: "职能部门",
    Role.FIN: "财政",
    Role.AUD: "审计",
    Role.SUP: "督查室",
    Role.CPC: "投诉中心",
    Role.PUB: "宣传部",
    Role.ORG: "组织部门",
    Role.COO: "市开放办",
    Role.CITY: "市政府",
    Role.SYS: "系统",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who records: an account bound to a person, a unit and the roles it holds now."""

    account: str
    person: str
    unit: str
    roles: frozenset[Role]

    def role_among(self, allowed: tuple[Role, ...]) -> Role | None:
        """The first of `allowed` that this actor holds; it is the role the event will name."""
        return next((role for role in allowed if role in self.roles), None)


SYSTEM = Actor(account="yinzheng", person="yinzheng", unit="yinzheng", roles=frozenset({Role.SYS}))
"""The service itself: set-up, timers and derived events."""
