"""A service on a test database, and accounts to come in with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.cli.token import admit
from api.jurisdiction import Jurisdiction, connected
from api.provision import Addresses, as_service
from api.settings import Settings
from domain.model.roles import Role
from tests.database import TestDatabase

OFFICE = (Role.LGO, Role.LG, Role.UNIT, Role.INV)
"""What the first account of a bureau usually holds."""


class Service:
    """An application over an empty record, asked through Starlette's test client."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self.jurisdiction = jurisdiction
        self.app = create_app(jurisdiction)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.token = self.admit("office", *OFFICE)

    def admit(self, account: str, *roles: Role, person: str | None = None) -> str:
        """A token of an account that now holds the roles."""
        admit(self.jurisdiction, account, unit="u0", person=person or account, roles=list(roles))
        return str(self.app.state.tokens.issue(account))

    def post(
        self,
        name: str,
        body: dict[str, Any] | bytes | str,
        *,
        key: object = None,
        token: str | None = None,
        **more: Any,
    ) -> Response:
        """Give a command; the business date is 2012-01-05 unless said, the key a fresh uuid."""
        if isinstance(body, dict):
            more["json"] = {"occurred_on": "2012-01-05", **body}
        else:
            more["content"] = body
            more.setdefault("headers", {}).setdefault("Content-Type", "application/json")
        headers = {
            "Authorization": f"Bearer {token or self.token}",
            "Idempotency-Key": str(key or uuid4()),
            **more.pop("headers", {}),
        }
        return self.client.post(f"/v1/commands/{name}", headers=headers, **more)

    def get(self, path: str, *, token: str | None = None, **more: Any) -> Response:
        """Read something."""
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        return self.client.get(path, headers=headers, **more)

    def recorded(self, name: str, /, **body: Any) -> dict[str, Any]:
        """Give a command that must be recorded; its answer."""
        answer = self.post(name, body)
        assert answer.status_code == 201, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def head(self) -> int:
        """The last position of the record."""
        return self.jurisdiction.recorder.head()


@contextmanager
def service_on(database: TestDatabase, **settings: Any) -> Iterator[Service]:
    """A service on a migrated schema."""
    chosen = Settings(
        database_url=database.service_conninfo, YINZHENG_SCHEMA=database.schema, **settings
    )
    addresses = Addresses(
        database.owner_conninfo, as_service(database.service_conninfo, database.schema)
    )
    with connected(chosen, addresses) as jurisdiction:
        yield Service(jurisdiction)


def problem(answer: Response, status: int, name: str) -> dict[str, Any]:
    """The problem document of an answer, which is complete and says it in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:yinzheng:problem:{name}"
    assert document["status"] == status
    for member in ("title", "detail"):
        zh, _, en = document[member].partition(" · ")
        assert any("\u4e00" <= c <= "\u9fff" for c in zh), document
        assert en.isascii() or en, document
    return document
