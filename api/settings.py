"""Settings: the only reader of the environment (DESIGN §1)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from eventlog.migrate import SCHEMA

LogFormat = Literal["auto", "json", "text"]


def default_data() -> Path:
    """Where a bureau's data lies unless told otherwise: below the user's own data directory."""
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".local" / "share") / "yinzheng"


class Settings(BaseSettings):
    """What may be configured; each field is the variable YINZHENG_<NAME> in the environment.

    With one `database_url` its user owns the schema, and the service gives up those rights on each
    of its connections. With an `owner_database_url` beside it, only migrations and set-up use the
    owner, and a service that is broken into has no way to the owner's rights: use two in production.
    """

    model_config = SettingsConfigDict(env_prefix="YINZHENG_", extra="ignore", frozen=True)

    database_url: str | None = Field(default=None, min_length=1, repr=False)
    owner_database_url: str | None = Field(default=None, min_length=1, repr=False)
    data: Path = Field(default_factory=default_data)
    jurisdiction: str = Field(
        default=SCHEMA,
        pattern=r"^[a-z][a-z0-9_]{0,40}$",
        validation_alias="YINZHENG_SCHEMA",
        description="one jurisdiction (县, 区, 市) is one schema (DESIGN §4)",
    )
    log_format: LogFormat = "auto"
    pool_min_size: int = Field(default=2, ge=1, le=200)
    pool_max_size: int = Field(default=12, ge=2, le=200)
    patience_s: float = Field(
        default=20.0, ge=0, description="how long a command waits for a database that is away"
    )

    @property
    def embedded(self) -> bool:
        """Whether the private PostgreSQL in `data` is used."""
        return self.database_url is None
