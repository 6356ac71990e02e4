"""Ids in addresses: whatever the record takes as one, written in whichever normal form."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from domain.model.subjects import Identifier

PathId = Annotated[Identifier, Path(description="编号 · id")]
"""An id that is part of the address."""

QueryId = Annotated[Identifier | None, Query()]
"""An id to choose by; all without one."""
