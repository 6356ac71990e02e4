"""Why a command can be refused, as one tree.

    Refusal                       nothing was recorded, and here is what would be needed
    ├── NotPermitted              the account lacks a role, or acts for somebody else
    ├── SubjectUnknown            the command names something the record does not know
    ├── SubjectAlreadyExists      an id, or an exclusive number, is already taken
    ├── RuleBroken                a hard rule of the domain forbids it (SPEC G9)
    │   └── DutiesNotSeparated    nobody certifies their own claim (SPEC §3.0)
    ├── RuleNotSet                a parameter this depends on was never set (SPEC G14)
    └── Contended                 other writers kept changing the premises

Errors carry data and never an HTTP code; `api/problems.py` maps them.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """The command was refused and nothing was recorded."""

    name: ClassVar[str] = "refused"
    title_zh: ClassVar[str] = "操作未被接受"
    title_en: ClassVar[str] = "The command was refused"

    def __init__(
        self, zh: str, en: str, *, clause: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(f"{zh} · {en}")
        self.zh = zh
        self.en = en
        self.clause = clause
        self.position = position


class NotPermitted(Refusal):
    """The account does not hold a role that may record this."""

    name = "not-permitted"
    title_zh = "无权记录"
    title_en = "Not permitted"


class SubjectUnknown(Refusal):
    """The command names a subject that the record does not know."""

    name = "subject-unknown"
    title_zh = "所指对象尚未登记"
    title_en = "The subject is not registered"

    def __init__(self, kind_zh: str, kind: str, value: str) -> None:
        super().__init__(
            f"{kind_zh}“{value}”尚未登记；请先登记，或核对编号",
            f"{kind} {value!r} is not in the record; register it first, or check its id",
            clause="DESIGN §2",
        )
        self.kind = kind
        self.value = value


class SubjectAlreadyExists(Refusal):
    """An id or an exclusive number is already taken by an earlier event."""

    name = "subject-already-exists"
    title_zh = "已登记过"
    title_en = "Already recorded"


class RuleBroken(Refusal):
    """A hard rule of the domain forbids the command (SPEC G9)."""

    name = "rule-broken"
    title_zh = "违反规则"
    title_en = "A rule forbids this"


class DutiesNotSeparated(RuleBroken):
    """The person who made a claim may not certify it (SPEC §3.0)."""

    name = "duties-not-separated"
    title_zh = "经办与认定须分离"
    title_en = "Duties must be separated"


class RuleNotSet(Refusal):
    """A rule parameter that this depends on has not been set (SPEC G14)."""

    name = "rule-not-set"
    title_zh = "规则参数尚未设定"
    title_en = "A rule parameter is not set"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"规则参数 {key} 尚未设定；请先用 set-rule-parameter 依据文件设定",
            f"rule parameter {key} is not set; set it with set-rule-parameter and its document",
            clause="SPEC G14",
        )
        self.key = key


class Contended(Refusal):
    """Other writers kept changing what the decision rests on."""

    name = "contended"
    title_zh = "并发冲突，请重试"
    title_en = "Contention, please retry"

    def __init__(self, position: int | None) -> None:
        super().__init__(
            "其他人同时改变了本操作所依据的记录；请稍后用同一 Idempotency-Key 重试",
            "others changed what this decision rests on; retry later with the same Idempotency-Key",
            clause="DESIGN §4",
            position=position,
        )
