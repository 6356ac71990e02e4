"""Targets against what happened: the completion table of a campaign (SPEC §4.3, G10).

A task of the campaign as a whole is measured by everything that belongs to the campaign; any other by
what its assignee did: a unit by itself and the units below it, a participant alone. Only what lies
within both the campaign's window and the task's own period counts. Percentages are exact fractions;
a task is complete when the actual is no less than the target, never by a rounded figure (G3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from domain.metrics import METRIC_NAMES, currency_of, usual_unit
from domain.model.ratio import Style, fraction_text, percent, printed
from projections import happened, measuring
from projections.asof import AsOf
from projections.choices import flag
from projections.contributions import Scope
from projections.happened import Happened
from projections.measuring import Measured, Wanted, measure, shown
from projections.organisation import Organisation, organisation
from projections.rate_rules import one_pass
from projections.rulebook import FORMAT, Connection, parameters, style
from projections.tasks import Campaign, Goal, Task, campaign, has_unit, tasks, whole

KeyT = TypeVar("KeyT")

RULES = (*FORMAT, *happened.RULES, *measuring.RULES, "rank.rollup_natural_village")
"""The rule parameters that a completion table rests on."""

UNTARGETED = (
    "leads",
    "visits",
    "inspections",
    "signed_count",
    "signed_amount",
    "industrial_5000w",
    "commencements",
)
"""Metrics that are shown without a target too, where there is something to show (S003-05)."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The table of one campaign: its rows, the whole campaign's first, and their summary."""

    campaign: Campaign
    rows: list[dict[str, Any]]
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One target against what happened. `task` is None for a sum over tasks, or without a target."""

    metric: str
    assignee: str | None
    kind: str | None
    unit: str
    target: Fraction | None
    measured: Measured
    goal: Goal | None = None
    task: Task | None = None
    class_: str | None = None
    set_by: tuple[int, ...] = ()

    @property
    def fraction(self) -> Fraction | None:
        """What was achieved of what was asked; None without either, or where nothing was asked."""
        if self.measured.actual is None or not self.target:
            return None
        return self.measured.actual / self.target

    @property
    def completed(self) -> bool | None:
        """Whether the actual is no less than the target; None where that cannot be said."""
        if self.measured.actual is None or self.target is None:
            return None
        return self.measured.actual >= self.target

    def in_answer(self, style: Style) -> dict[str, Any]:
        """The row as answers show it."""
        measured, fraction = self.measured, self.fraction
        return {
            "metric": self.metric,
            "assignee": self.assignee,
            "kind": self.kind,
            "target_id": self.task.target_id if self.task else None,
            "class": self.class_,
            "unit": self.unit,
            "target": None if self.target is None else shown(self.target, self.unit),
            "actual": None if measured.actual is None else shown(measured.actual, self.unit),
            "fraction": fraction_text(fraction),
            "percent": None if fraction is None else percent(fraction, style),
            "printed": printed(fraction, style),
            "completed": self.completed,
            "members": [one.in_answer() for one in measured.members],
            "left_out": [one.in_answer() for one in measured.left_out],
            "set_by": list(self.set_by),
            "note": None
            if measured.why is None
            else dict(zip(("zh", "en"), measured.why, strict=True)),
        }


def completion(connection: Connection, asof: AsOf, campaign_id: str) -> Completion:
    """How far each task of a campaign was fulfilled; SubjectUnknown or RuleNotSet where it cannot be said."""
    with one_pass(connection):
        return _completion(connection, asof, campaign_id)


def _completion(connection: Connection, asof: AsOf, campaign_id: str) -> Completion:
    found = campaign(connection, asof, campaign_id)
    values = parameters(connection, asof, RULES)
    org = organisation(connection, asof, rollup_hamlets=flag(values, "rank.rollup_natural_village"))
    scope = Scope(asof, campaign_id, found.start, found.end)
    lines = _Lines(found, Happened(connection, scope, org, values), values)
    set_tasks = sorted(tasks(connection, asof, campaign_id), key=_order)
    at_large = whole(found, org, set_tasks)
    own = [task for task in set_tasks if task.assignee not in at_large]
    totals = [lines.of_task(task, found.owner) for task in set_tasks if task.assignee in at_large]
    totals += lines.sums(own, besides={line.goal for line in totals})
    totals.sort(key=lambda line: _metric_order(line.metric))
    plain = lines.untargeted({task.metric for task in set_tasks})
    each = [lines.of_task(task, found.owner) for task in own]
    printing = style(values)
    return Completion(
        found,
        [line.in_answer(printing) for line in (*totals, *plain, *each)],
        _summary(totals, each, org),
    )


_METRICS = list(METRIC_NAMES)


def _metric_order(metric: str) -> int:
    return _METRICS.index(metric)


def _order(task: Task) -> tuple[int, bool, str, tuple[int, ...]]:
    return (_metric_order(task.metric), task.kind != "floor", task.assignee, task.positions)


@dataclass(frozen=True)
class _Lines:
    campaign: Campaign
    happened: Happened
    values: Mapping[str, Any]

    def of_task(self, task: Task, owner: str) -> Line:
        """A task against what its assignee did, or the whole campaign if that is its owner."""
        whom = None if task.assignee == owner else f"{task.assignee_kind}:{task.assignee}"
        return Line(
            metric=task.metric,
            assignee=task.assignee,
            kind=task.kind,
            unit=task.unit,
            target=task.quantity,
            measured=measure(self.happened, whom, self._wanted(task), self.values),
            goal=task.goal,
            task=task,
            class_=task.class_,
            set_by=task.positions,
        )

    def _wanted(self, task: Task) -> Wanted:
        return Wanted(
            metric=task.metric,
            start=max(task.start, self.campaign.start),
            end=min(task.end, self.campaign.end),
            class_=task.class_,
            least=task.least,
            currency=task.currency,
        )

    def sums(self, own: Iterable[Task], besides: set[Goal | None]) -> list[Line]:
        """What several assignees were asked for together, where the campaign as a whole was not.

        Shares are left to the tasks they come from; a goal that one assignee alone has needs no sum.
        """
        together: dict[tuple[Goal, str, str | None], list[Task]] = defaultdict(list)
        for task in own:
            if task.parent is None and task.goal not in besides:
                together[task.goal, task.kind, task.currency].append(task)
        return [self._sum(parts) for parts in together.values() if len(parts) > 1]

    def _sum(self, parts: list[Task]) -> Line:
        first = parts[0]
        wanted = replace(
            self._wanted(first),
            start=max(min(task.start for task in parts), self.campaign.start),
            end=min(max(task.end for task in parts), self.campaign.end),
        )
        return Line(
            metric=first.metric,
            assignee=None,
            kind=first.kind,
            unit=first.unit,
            target=sum((task.quantity for task in parts), Fraction(0)),
            measured=measure(self.happened, None, wanted, self.values),
            goal=first.goal,
            class_=first.class_,
            set_by=tuple(sorted({p for task in parts for p in task.positions})),
        )

    def untargeted(self, targeted: set[str]) -> list[Line]:
        """What happened without anybody having been asked for it."""
        lines = []
        for metric in UNTARGETED:
            if metric in targeted:
                continue
            unit = usual_unit(metric)
            wanted = Wanted(
                metric, self.campaign.start, self.campaign.end, currency=currency_of(unit)
            )
            measured = measure(self.happened, None, wanted, self.values)
            if measured.members:
                lines.append(Line(metric, None, None, unit, None, measured))
        return lines


def _summary(totals: list[Line], each: list[Line], org: Organisation) -> dict[str, Any]:
    """How many metrics and how many units are complete (S003A: 0 of 5, 11 of 48).

    A metric counts by what the campaign as a whole was asked for, or its assignees together; nested
    bands of one metric count each (S003-70). Units count by all of their own tasks, and by metric.
    """
    goals: dict[Goal | None, list[Line]] = _grouped(totals, lambda line: line.goal)
    for goal, lines in _grouped(each, lambda line: line.goal).items():
        goals.setdefault(goal, lines)
    of_units = [line for line in each if line.task and has_unit(line.task, org)]
    units = _grouped(of_units, lambda line: line.assignee)
    by_metric = {}
    for metric, lines in _grouped(of_units, lambda line: line.metric).items():
        its_units = _grouped(lines, lambda line: line.assignee)
        by_metric[metric] = {
            "completed_units": sum(map(_complete, its_units.values())),
            "units": len(its_units),
        }
    return {
        "completed_metrics": sum(map(_complete, goals.values())),
        "metrics": len(goals),
        "completed_units": sum(map(_complete, units.values())),
        "units": len(units),
        "by_metric": by_metric,
    }


def _complete(lines: list[Line]) -> bool:
    """Whether every floor is reached; where only stretch targets were set, every one of those."""
    floors = [line for line in lines if line.kind == "floor"]
    return all(line.completed is True for line in floors or lines)


def _grouped(lines: Iterable[Line], key: Callable[[Line], KeyT]) -> dict[KeyT, list[Line]]:
    groups: dict[KeyT, list[Line]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return dict(groups)
