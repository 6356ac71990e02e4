"""The complaint register and its two invariants: 件件有着落、事事有回音 (SPEC §9.4, S003-65).

着落 is a result, or the reasoned decision not to accept; 回音 is a reply. Both are measured against every
complaint received, anonymous ones too: those are answered by public notice, or noted as ones that cannot
be answered. Time limits are calendar days that include their last day; working days need the calendar of
a later stream. What is overdue is so as of the cutoff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.complaints import NO_ANSWER
from domain.model.event import WITHHELD
from domain.model.identity import normal_name
from projections.asof import AsOf
from projections.choices import days
from projections.contributions import rows_of
from projections.rate_rules import one_pass
from projections.rates import rate
from projections.rulebook import FORMAT, Connection, parameters, style

LIMITS = (
    "complaint.accept_days",
    "complaint.forward_days",
    "complaint.finish_days",
    "complaint.review_days",
)
RULES = (*FORMAT, *LIMITS)
"""The rule parameters that the register rests on."""

HEADINGS: dict[str, str] = {
    "complaint_id": "编号",
    "complainant": "投诉人",
    "enterprise": "企业",
    "channel": "投诉方式",
    "against": "被投诉单位/人",
    "kind": "投诉事项",
    "received_on": "登记日期",
    "accepted_on": "受理日期",
    "accepted": "是否受理",
    "unit": "交办单位",
    "person": "承办人",
    "due": "办理期限",
    "result": "办理结果（着落）",
    "replied_on": "答复日期（回音）",
    "reply_mode": "答复方式（回音）",
    "acknowledged": "投诉人意见",
    "satisfaction": "满意度",
    "archived": "归档",
}
"""The columns of the 投诉登记簿, in order."""

ANONYMOUS = "匿名"
_NO_ANSWER = normal_name(NO_ANSWER)

KINDS: dict[str, tuple[str, str]] = {
    "no_reply": ("有着落无回音", "has its result, and nobody was told"),
    "no_result": ("有回音无着落", "was answered without a result"),
    "not_accepted_in_time": ("逾期未受理", "not accepted or declined in time"),
    "accepted_late": ("受理逾期", "accepted or declined late"),
    "not_assigned_in_time": ("逾期未交办", "not assigned in time"),
    "assigned_late": ("交办逾期", "assigned late"),
    "not_finished_in_time": ("逾期未办结", "no result in time"),
    "finished_late": ("办结逾期", "its result came late"),
}
"""What can be amiss with a complaint, in 中文 and English."""


@dataclass(frozen=True, slots=True)
class Step:
    """The latest of one step of a complaint's handling."""

    position: int
    on: date
    unit: str | None = None
    person: str | None = None
    due: date | None = None
    said: str | None = None
    acknowledged: bool | None = None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Step:
        """A step as the query gives it."""
        due = said["due"]
        return cls(
            position=said["position"],
            on=date.fromisoformat(said["on"]),
            unit=said["unit"],
            person=said["person"],
            due=date.fromisoformat(due) if due else None,
            said=said["said"],
            acknowledged=said["acknowledged"],
        )


@dataclass(frozen=True, slots=True)
class Violation:
    """Something amiss with a complaint; `due` is the last day on which it would have been in time."""

    complaint_id: str
    kind: str
    due: date | None
    days_late: int | None
    positions: tuple[int, ...]

    def in_answer(self) -> dict[str, Any]:
        """The form in which answers show it."""
        zh, en = KINDS[self.kind]
        return {
            "complaint_id": self.complaint_id,
            "kind": self.kind,
            "zh": zh,
            "en": en,
            "due": self.due.isoformat() if self.due else None,
            "days_late": self.days_late,
            "positions": list(self.positions),
        }


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint with the steps of its handling that stand."""

    position: int
    complaint_id: str
    received_on: date
    enterprise: str | None
    against_unit: str | None
    kind: str
    channel: str
    anonymous: bool
    named: bool
    steps: Mapping[str, Step]
    reopened_at: int | None
    reopened_on: date | None
    satisfaction: str | None

    @property
    def decided(self) -> Step | None:
        """Its acceptance, or the decision not to accept it; assigning accepts as well."""
        known = [self.steps.get(step) for step in ("accepted", "declined", "assigned")]
        return min((s for s in known if s), key=lambda s: s.position, default=None)

    @property
    def assigned(self) -> Step | None:
        """To whom it is assigned now."""
        return self.steps.get("assigned")

    @property
    def landed(self) -> Step | None:
        """着落: its result, or the decision not to accept it."""
        return self.steps.get("resolved") or self.steps.get("declined")

    @property
    def replied(self) -> Step | None:
        """回音: its reply."""
        return self.steps.get("replied")

    @property
    def archived(self) -> bool:
        """Whether nothing is left to be done."""
        asked, reviewed = self.steps.get("review_requested"), self.steps.get("reviewed")
        pending = asked is not None and (reviewed is None or reviewed.position < asked.position)
        return self.landed is not None and self.replied is not None and not pending

    @property
    def unanswerable(self) -> bool:
        """Whether it was noted that nobody can be answered."""
        return self.replied is not None and normal_name(self.replied.said or "") == _NO_ANSWER

    @property
    def _complainant(self) -> str | None:
        if self.anonymous:
            return ANONYMOUS
        return WITHHELD[0] if self.named else None

    def positions(self) -> tuple[int, ...]:
        """The events behind it."""
        return (self.position, *sorted(step.position for step in self.steps.values()))

    def due(self, limits: Mapping[str, int]) -> date | None:
        """The last day for its result: as assigned; anew from a review that opened it again."""
        assigned = self.assigned
        if self._anew(assigned):
            assert self.reopened_on is not None
            return self.reopened_on + timedelta(days=limits["complaint.review_days"])
        return assigned.due if assigned else None

    def _anew(self, done: Step | None) -> bool:
        """Whether a step is to be done again since a review opened the complaint again."""
        return self.reopened_at is not None and (done is None or done.position < self.reopened_at)

    def _begun(self, done: Step | None) -> date:
        """From which day a step's time runs: receipt, or the review that opened it again."""
        assert self.reopened_at is None or self.reopened_on is not None
        again = self.reopened_at is not None and (done is None or done.position > self.reopened_at)
        return self.reopened_on if again and self.reopened_on else self.received_on

    def violations(self, today: date, limits: Mapping[str, int]) -> Iterator[Violation]:
        """What is amiss with it on a day."""
        if self.landed and not self.replied:
            yield Violation(self.complaint_id, "no_reply", None, None, self.positions())
        if self.replied and not self.landed:
            yield Violation(self.complaint_id, "no_result", None, None, self.positions())
        accept_by = self._begun(self.decided) + timedelta(days=limits["complaint.accept_days"])
        late = ("not_accepted_in_time", "accepted_late")
        yield from self._late(*late, accept_by, self.decided, today)
        if "declined" not in self.steps:
            days_to_forward = timedelta(days=limits["complaint.forward_days"])
            forward_by = self._begun(self.assigned) + days_to_forward
            late = ("not_assigned_in_time", "assigned_late")
            yield from self._late(*late, forward_by, self.assigned, today)
        if (due := self.due(limits)) is not None:
            late = ("not_finished_in_time", "finished_late")
            yield from self._late(*late, due, self.landed, today)

    def _late(
        self, open_: str, closed: str, by: date, done: Step | None, today: date
    ) -> Iterator[Violation]:
        on = done.on if done else today
        if on > by:
            kind = closed if done else open_
            yield Violation(self.complaint_id, kind, by, (on - by).days, self.positions())

    def in_answer(self, limits: Mapping[str, int]) -> dict[str, Any]:
        """The row of the register: `HEADINGS` names its columns. Personal values stay in the vault."""
        assigned, landed, replied = self.assigned, self.landed, self.replied
        due = self.due(limits)
        decided = self.decided
        return {
            "complaint_id": self.complaint_id,
            "complainant": self._complainant,
            "enterprise": self.enterprise,
            "channel": self.channel,
            "against": self.against_unit or WITHHELD[0],
            "kind": self.kind,
            "received_on": self.received_on.isoformat(),
            "accepted_on": decided.on.isoformat() if decided else None,
            "accepted": None if decided is None else "declined" not in self.steps,
            "unit": assigned.unit if assigned else None,
            "person": assigned.person if assigned else None,
            "due": due.isoformat() if due else None,
            "result": landed.said if landed else None,
            "replied_on": replied.on.isoformat() if replied else None,
            "reply_mode": replied.said if replied else None,
            "acknowledged": replied.acknowledged if replied else None,
            "satisfaction": self.satisfaction,
            "archived": self.archived,
            "positions": list(self.positions()),
        }


@dataclass(frozen=True, slots=True)
class Register:
    """The register, both invariants as rates, and what is amiss."""

    rows: list[dict[str, Any]]
    summary: dict[str, Any]
    violations: list[dict[str, Any]]


def register(
    connection: Connection, asof: AsOf, start: date = date.min, end: date = date.max
) -> Register:
    """The complaints received within some days, both included, as they stood at the cutoff."""
    with one_pass(connection):
        values = parameters(connection, asof, RULES)
        said = {**asof.bounds, "start": start, "end": end}
        found = [_complaint(row) for row in rows_of(connection, "complaint_register", said)]
    limits = {key: days(values, key) for key in LIMITS}
    amiss = [v for one in found for v in one.violations(asof.cutoff, limits)]
    form = style(values)
    landed = [one.complaint_id for one in found if one.landed]
    replied = [one.complaint_id for one in found if one.replied]
    received = [one.complaint_id for one in found]
    summary = {
        "received": len(found),
        "anonymous": sum(one.anonymous for one in found),
        "unanswerable": sum(one.unanswerable for one in found),
        "landed": {
            **rate("count", len(landed), len(found), form),
            "missing": sorted(set(received) - set(landed)),
        },
        "replied": {
            **rate("count", len(replied), len(found), form),
            "missing": sorted(set(received) - set(replied)),
        },
        "kept": len(landed) == len(replied) == len(found),
    }
    rows = [one.in_answer(limits) for one in found]
    return Register(rows, summary, [violation.in_answer() for violation in amiss])


def _complaint(row: dict[str, Any]) -> Complaint:
    steps = {step: Step.read(said) for step, said in row.pop("steps").items()}
    return Complaint(**row, steps=steps)
