"""What the source prints: S003A's own percentages, kept as its claims beside our figures (A-13)."""

from __future__ import annotations

SOURCE = "S003A 第一篇"

PRINTED: dict[str, tuple[str, str]] = {
    "leads": ("47.8%", "S003-02"),
    "visits": ("7.9%", "S003-03"),
    "inspections": ("48.3%", "S003-04"),
    "industrial_5000w": ("21.8%", "S003-06"),
    "commencements": ("11.5%", "S003-07"),
}
"""By metric: the percentage as printed, and the clause it stands in. None of our figures rests on it."""


def beside(metric: str, ours: str) -> dict[str, object]:
    """What the source prints for a metric, and whether that is not what the events add up to."""
    claimed, clause = PRINTED[metric]
    return {"source_printed": claimed, "clause": clause, "print_mismatch": claimed != ours}
