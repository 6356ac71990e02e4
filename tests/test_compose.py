"""The deployment of docker-compose.yml: valid, private by default, complete.

Valid is what the schema of the compose specification says, as `check-jsonschema` carries it;
nothing is downloaded. No engine is started here, so these tests say what is asked of Docker,
not that the images run.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"


def check_against_schema(file: Path) -> subprocess.CompletedProcess[str]:
    """Ask check-jsonschema: exit code 0 for a valid file, else 1 and a list of what is wrong."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            str(file),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))
    return content


def test_the_file_is_valid_by_the_compose_specification() -> None:
    answer = check_against_schema(COMPOSE_FILE)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_misspelt_key_is_noticed(tmp_path: Path) -> None:
    """Guards the test above against a schema that accepts anything."""
    misspelt = tmp_path / "docker-compose.yml"
    misspelt.write_text(
        COMPOSE_FILE.read_text("utf-8").replace("healthcheck:", "health_check:"), "utf-8"
    )
    answer = check_against_schema(misspelt)
    assert answer.returncode == 1
    assert "health_check" in answer.stdout


def test_record_service_and_projector_run_and_are_watched(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "service", "projector"}
    assert services["service"]["command"][0] == "serve"
    assert "--no-projector" in services["service"]["command"]
    assert services["projector"]["command"] == ["project"]
    for name, service in services.items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name


def test_only_the_service_is_reached_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"]
        for name, service in compose["services"].items()
        if "ports" in service
    }
    assert list(published) == ["service"]
    assert all(port.startswith("127.0.0.1:") for port in published["service"])
    assert compose["services"]["postgres"]["networks"] == ["record"]
    assert compose["networks"]["record"]["internal"] is True


def test_the_password_is_never_written_down(compose: dict[str, Any]) -> None:
    """It comes from .env, which git ignores, and compose refuses to start without it."""
    postgres = compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert postgres.startswith("${YINZHENG_POSTGRES_PASSWORD:?")
    for name in ("service", "projector"):
        environment = compose["services"][name]["environment"]
        assert environment["PGPASSWORD"] == postgres
        assert (
            environment["YINZHENG_DATABASE_URL"] == "postgresql://yinzheng@postgres:5432/yinzheng"
        )
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()


def test_postgresql_keeps_its_data_where_version_18_does_and_sorts_alike_everywhere(
    compose: dict[str, Any],
) -> None:
    postgres = compose["services"]["postgres"]
    assert postgres["image"] == "postgres:18"
    assert postgres["volumes"] == ["record:/var/lib/postgresql"]
    flags = set(postgres["environment"]["POSTGRES_INITDB_ARGS"].split())
    assert {
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--lc-ctype=C.UTF-8",
    } <= flags
    assert "--auth=scram-sha-256" in flags


def test_the_image_holds_every_room_and_runs_without_privileges() -> None:
    steps = DOCKERFILE.read_text("utf-8").splitlines()
    copied = {
        step.split()[1] for step in steps if step.startswith("COPY ") and "--from" not in step
    }
    assert {"requirements.lock", "domain", "eventlog", "projections", "api"} <= copied
    assert "USER yinzheng" in steps
    assert any("--require-hashes" in step for step in steps)
