"""`yinzheng rates` and `yinzheng replay` on the worked example of SPEC §4.4."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from domain.model.errors import SubjectUnknown
from tests.api.reads import Reader, reading
from tests.api.service import Service
from tests.database import TestDatabase

Run = Callable[..., str]


@pytest.fixture
def reader(service: Service) -> Iterator[Reader]:
    with reading(service) as found:
        found.worked_example()
        yield found


@pytest.fixture
def run(reader: Reader, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line beside the service; its standard output."""
    monkeypatch.setenv("YINZHENG_DATABASE_URL", database.service_conninfo)
    monkeypatch.setenv("YINZHENG_OWNER_DATABASE_URL", database.owner_conninfo)
    monkeypatch.setenv("YINZHENG_SCHEMA", database.schema)

    def run_line(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run_line


def test_rates_as_json_are_those_of_the_interface(run: Run, reader: Reader) -> None:
    said: dict[str, Any] = json.loads(run("rates", "--cutoff", "2012-12-31", "--json"))
    answer = reader.get("/v1/rates", cutoff="2012-12-31")
    assert said["as_of"] == answer["as_of"]
    assert said["data"] == answer["data"]
    members = json.loads(run("rates", "--members", "--cutoff", "2012-12-31", "--json"))
    assert members["data"] == reader.get("/v1/rates/members", cutoff="2012-12-31")["data"]


def test_rates_as_a_table(run: Run) -> None:
    table = run("rates", "--cutoff", "2012-12-31", "--group-by", "signing_year")
    assert "14%" not in table
    for printed in ("46.7%", "0%", "100%", "50%"):
        assert printed in table
    by_project = run("rates", "--members", "--cutoff", "2012-12-31")
    assert all(f"{project}电子厂" in by_project for project in "abcd")


def test_replay_tells_a_project_line_by_line(run: Run) -> None:
    lines = [json.loads(line) for line in run("replay", "d", "--json").splitlines()]
    assert [line["type"] for line in lines] == [
        "ProjectOpened",
        "SigningRecorded",
        "SigningVerified",
        "SigningTerminated",
    ]
    told = run("replay", "d")
    assert "项目d的签约s-d于2012-11-01终止，原因在投资方" in told
    assert "迟报" in told
    assert "SigningTerminated" not in run("replay", "d", "--json", "--cutoff", "2012-10-31")


def test_replay_tells_other_subjects_and_refuses_unknown_ones(run: Run) -> None:
    (line,) = [json.loads(line) for line in run("replay", "signing:s-f", "--json").splitlines()][:1]
    assert line["type"] == "SigningRecorded"
    with pytest.raises(SubjectUnknown):
        run("replay", "unit:u9")
