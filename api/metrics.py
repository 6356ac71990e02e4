"""What is measured, in a registry of our own, for `GET /metrics` (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from eventlog.combiner import Appender
from eventlog.outcomes import Append, Outcome

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
BATCHES = (1, 2, 4, 8, 16, 32, 64)

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Counters, histograms and gauges of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.commands = Counter(
            "yinzheng_commands",
            "Commands by name and outcome",
            ["command", "outcome"],
            registry=self.registry,
        )
        self.command_seconds = Histogram(
            "yinzheng_command_seconds",
            "Time from request to answer, by outcome",
            ["outcome"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.appends = Counter(
            "yinzheng_appends", "Calls of the append function", registry=self.registry
        )
        self.batch = Histogram(
            "yinzheng_append_requests",
            "Requests that shared one append",
            buckets=BATCHES,
            registry=self.registry,
        )
        self.head = Gauge("yinzheng_head_position", "Last position", registry=self.registry)
        self.projected = Gauge(
            "yinzheng_projected_position", "Position every view has reached", registry=self.registry
        )
        self.lag = Gauge(
            "yinzheng_projection_lag_seconds",
            "Age of the oldest event not yet in every view",
            registry=self.registry,
        )

    def measured(self, appender: Appender) -> Appender:
        """`appender`, its calls and their sizes counted."""
        return _Measured(appender, self)

    def told(self, command: str, outcome: str, seconds: float) -> None:
        """Note how one command ended."""
        self.commands.labels(command, outcome).inc()
        self.command_seconds.labels(outcome).observe(seconds)


class _Measured:
    def __init__(self, appender: Appender, metrics: Metrics) -> None:
        self._appender = appender
        self._metrics = metrics

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        self._metrics.appends.inc()
        self._metrics.batch.observe(len(requests))
        return self._appender.append_many(requests)
