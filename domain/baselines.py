"""Figures beside the facts: baselines to compare with, and forecasts (SPEC §3.2)."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from domain.metrics import METRIC_NAMES, Metric, Quantity, require_unit, usual_unit
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.subjects import UnitId
from domain.model.texts import Line


class Figure(Event, abstract=True):
    """A metric's value in a unit, stated rather than counted from events."""

    metric: Metric
    value: Quantity
    unit: Line

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        require_unit(self.metric, self.value, self.unit)
        return self

    def extra_tags(self) -> tuple[str, ...]:
        return (f"metric:{self.metric}",)

    @property
    def metric_zh(self) -> str:
        """The metric in 中文."""
        return METRIC_NAMES[self.metric][0]

    @property
    def metric_en(self) -> str:
        """The metric in English."""
        return METRIC_NAMES[self.metric][1]


class StateFigure(Command, abstract=True):
    """A metric's value; without a unit the metric's usual one is meant."""

    metric: Metric
    value: Quantity
    unit: Line | None = Field(
        default=None,
        description="计量单位，未给时按指标惯例 · the metric's usual unit unless given",
    )

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        require_unit(self.metric, self.value, self.unit or usual_unit(self.metric))
        return self

    def decide(self, case: Deliberation) -> None:
        assert self.records is not None
        unit = self.unit or usual_unit(self.metric)
        case.record(self.records, **{**self.said(self.records), "unit": unit})


class BaselineSet(Figure):
    """A year's figure was set as the one that later years are compared with (SPEC §3.2)."""

    title_zh = "基数"
    sentence_zh = "{year}年{metric_zh}基数定为{value}{unit}"
    sentence_en = "Baseline of {year} for {metric_en} set at {value} {unit}"
    settled = ("metric", "year")

    year: int = Field(ge=1949, le=2200)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for other in case.events(f"metric:{self.metric}", BaselineSet):
            assert isinstance(other.event, BaselineSet)
            if other.event.year == self.year and other.position != mine.position:
                raise RuleBroken(
                    f"{self.year}年{self.metric}基数已设定（第{other.position}号记录）；"
                    "如有误请更正该记录",
                    f"the baseline of {self.metric} for {self.year} is set already "
                    f"(event {other.position}); correct that event if it is wrong",
                    clause="SPEC §3.2",
                    position=other.position,
                )


class SetBaseline(StateFigure):
    """Set the baseline of a metric for a year (SPEC §3.2, S001-03)."""

    title_zh = "设定基数"
    recorders = (Role.LGO,)
    records = BaselineSet

    year: int = Field(ge=1949, le=2200)


class ForecastRecorded(Figure):
    """A figure was forecast for a period's end; it is never mixed with facts (SPEC §3.2)."""

    title_zh = "预计"
    sentence_zh = "预计至{period_end}{metric_zh}{value}{unit}"
    sentence_en = "Forecast for {period_end}: {metric_en} {value} {unit}"

    period_end: date
    unit_id: UnitId | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.period_end < mine.occurred_on:
            raise RuleBroken(
                f"期末{self.period_end}早于业务发生日{mine.occurred_on}；已过去的不是预计",
                f"period_end {self.period_end} is before {mine.occurred_on}; "
                "what is past is no forecast",
                clause="S003-42",
            )


class RecordForecast(StateFigure):
    """Record a forecast for a period's end (SPEC §3.2, S003-42). The newest one counts."""

    title_zh = "登记预计"
    recorders = (Role.UNIT,)
    records = ForecastRecorded

    period_end: date
    unit_id: UnitId | None = Field(
        default=None,
        description="所预计的单位，未给时为全域 · the unit forecast for; all if absent",
    )
