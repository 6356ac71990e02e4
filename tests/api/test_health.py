"""`GET /health` and `GET /metrics`: what machines ask."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from api.projecting import caught_up, projecting
from tests.api.service import Service, service_on
from tests.database import TestDatabase


def test_health_tells_positions_and_lag(service: Service) -> None:
    behind = service.client.get("/health")
    assert behind.status_code == 200
    content = behind.json()
    assert set(content) == {"status", "position", "projected", "sealed", "lag_s"}
    assert (content["status"], content["position"], content["projected"]) == (
        "ok",
        service.head(),
        0,
    )
    assert content["lag_s"] > 0
    caught_up(service.jurisdiction)
    content = service.client.get("/health").json()
    assert (content["projected"], content["lag_s"]) == (service.head(), 0)


def test_the_projector_of_the_service_keeps_up(service: Service) -> None:
    with projecting(service.jurisdiction):
        position = service.recorded("register-unit", name="河东乡", kind="乡镇")["position"]
        assert service.jurisdiction.wait_projected(position, 10)


def test_health_is_503_while_the_database_is_away(database: TestDatabase) -> None:
    with service_on(database, patience_s=0.1) as service:
        service.jurisdiction.pool.close()
        answer = service.client.get("/health")
        assert answer.status_code == 503
        assert answer.json() == {"status": "database-away"}
        refused = service.post("register-unit", {"name": "河东乡", "kind": "乡镇"})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert refused.json()["type"] == "urn:yinzheng:problem:database-away"
        assert service.client.get("/metrics").status_code == 200


def test_metrics_count_commands_by_outcome(service: Service) -> None:
    body = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}
    service.post("register-unit", body)
    service.post("register-unit", body)
    service.post("register-unit", {})
    text = service.client.get("/metrics").text
    for outcome in ("recorded", "subject-already-exists", "invalid"):
        assert f'yinzheng_commands_total{{command="register-unit",outcome="{outcome}"}} 1.0' in text
    assert f"yinzheng_head_position {service.head():.1f}" in text
    assert "yinzheng_append_requests_bucket" in text
    assert "yinzheng_projection_lag_seconds" in text


def test_one_line_is_logged_per_command_and_never_a_personal_value(service: Service) -> None:
    structlog.reset_defaults()
    service.recorded("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
    body = {"participant_id": "p1", "name": "欧阳某某", "kind": "社会能人", "unit_id": "u1"}
    with capture_logs() as lines:
        answer = service.post("register-participant", body)
        service.post("register-participant", body)
        service.post("register-participant", {**body, "kind": "欧阳某某", "occurred_on": "x"})
    assert [line["outcome"] for line in lines] == ["recorded", "subject-already-exists", "invalid"]
    assert all(line["event"] == "command" and line["account"] == "office" for line in lines)
    assert lines[0]["position"] == answer.json()["position"]
    assert lines[0]["id"]
    assert lines[0]["duration_ms"] > 0
    assert "欧阳" not in repr(lines)
