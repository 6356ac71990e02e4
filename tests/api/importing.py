"""Running imports on a test service, and the command line against its database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.importing.mapping import load_mapping
from api.importing.run import Outcome, record, rehearse
from api.importing.tables import read_table
from domain.model.roles import Role
from tests.api.service import Service
from tests.database import TestDatabase

IMPORTERS = (Role.UNIT, Role.INV, Role.LGO, Role.LG)
ACCOUNTS = {"recorder": "recorder", "certifier": "certifier"}


def admit_all(service: Service) -> None:
    """Two accounts that may record and certify."""
    for account in ACCOUNTS.values():
        service.admit(account, *IMPORTERS)


def imported(service: Service, table: Path, mapping: Path) -> Outcome:
    """A whole import: rehearsed, and recorded where every row is good."""
    outcome = rehearse(
        read_table(table), load_mapping(mapping), ACCOUNTS, service.jurisdiction.recorder
    )
    if not outcome.bad:
        record(outcome, service.jurisdiction.execute)
    return outcome


def run_cli(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[Result, dict[str, Any] | None]:
    """`yinzheng …` in this process against a test database; its JSON where it printed some."""
    monkeypatch.setenv("YINZHENG_DATABASE_URL", database.service_conninfo)
    monkeypatch.setenv("YINZHENG_OWNER_DATABASE_URL", database.owner_conninfo)
    monkeypatch.setenv("YINZHENG_SCHEMA", database.schema)
    result = CliRunner().invoke(app, list(arguments))
    said = json.loads(result.stdout) if result.stdout.startswith("{") else None
    return result, said
