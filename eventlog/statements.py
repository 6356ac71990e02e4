"""SQL lives in `.sql` files beside what uses it; this reads them (MODELS, habit 5)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import LiteralString


@cache
def statement(package: str, name: str) -> LiteralString:
    """The text of `<package>/sql/<name>.sql`; it ships with the code, so it is as literal as code."""
    return (resources.files(package) / "sql" / f"{name}.sql").read_text("utf-8")
