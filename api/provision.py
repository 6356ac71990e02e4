"""Setting a jurisdiction up: its roles, its database, its schema; safe to run at every start.

The owner may change the schema and is used for migrations only. The service belongs to the group
role `<schema>_service`, which reads everything and writes through the append function alone.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.settings import Settings
from eventlog.embedded import EmbeddedPostgres
from eventlog.migrate import migrate, service_role

DATABASE = "yinzheng"
OWNER = "yinzheng_owner"
SERVER = "yinzheng_server"
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 15_000}
"""How soon a host that vanished without a word is given up, unless the address says otherwise."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """libpq connection strings; `service` takes on the group role, `owner` may migrate."""

    owner: str
    service: str
    migrated: tuple[str, ...] = ()
    """The migrations that ran just now."""


def provision(settings: Settings, server: EmbeddedPostgres | None) -> Addresses:
    """Create what is missing and migrate; returns how to connect.

    Raises psycopg.OperationalError where the database cannot be reached.
    """
    schema = settings.jurisdiction
    owner, login = provision_roles(settings, server)
    ran = migrate(owner, schema) if server is not None or _may_migrate(settings) else []
    if server is None:
        _admit(owner, login, schema)
    return Addresses(owner, as_service(login, schema), tuple(ran))


def provision_roles(settings: Settings, server: EmbeddedPostgres | None) -> tuple[str, str]:
    """Roles and database without the schema; returns the addresses of owner and service."""
    if server is not None:
        return _provision_embedded(server, settings.data, settings.jurisdiction)
    assert settings.database_url is not None
    return settings.owner_database_url or settings.database_url, settings.database_url


class NotSetUp(Exception):
    """The schema is not there, and the address given may not create it."""

    def __init__(self, schema: str) -> None:
        super().__init__(
            f"数据库中还没有模式 {schema}；请先设置 YINZHENG_OWNER_DATABASE_URL 并执行 yinzheng migrate · "
            f"the schema {schema} is not there yet; set YINZHENG_OWNER_DATABASE_URL and run "
            "yinzheng migrate first"
        )


def _may_migrate(settings: Settings) -> bool:
    """Whether an owner's address is at hand; NotSetUp where it is not, but would be needed."""
    if settings.owner_database_url is not None:
        return True
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        row = connection.execute(
            "select has_database_privilege(current_database(), 'create'), "
            "exists (select from pg_namespace where nspname = %s)",
            [settings.jurisdiction],
        ).fetchone()
    assert row is not None
    may_create, exists = row
    if not may_create and not exists:
        raise NotSetUp(settings.jurisdiction)
    return bool(may_create)


def as_service(conninfo: str, schema: str) -> str:
    """`conninfo` with the schema as search path and the group role's rights from the first moment.

    As connection options both survive RESET, and tables that the service builds for its facts
    belong to the group, whoever is logged in.
    """
    given = conninfo_to_dict(conninfo)
    options = f"{given.get('options') or ''} -c search_path={schema} -c role={service_role(schema)}"
    patience = {name: value for name, value in PATIENCE.items() if name not in given}
    return make_conninfo(conninfo, options=options.strip(), application_name="yinzheng", **patience)


def _provision_embedded(server: EmbeddedPostgres, data: Path, schema: str) -> tuple[str, str]:
    with psycopg.connect(server.superuser_conninfo, autocommit=True) as connection:
        # Two processes on a fresh data directory: the second waits and finds everything made.
        connection.execute("select pg_advisory_lock(hashtextextended('yinzheng set-up', 0))")
        passwords = {role: _password(data / f"{role}-password") for role in (OWNER, SERVER)}
        for role, password in passwords.items():
            _ensure_login(connection, role, password)
        group = service_role(schema)
        if not _role_exists(connection, group):
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(group)))
        connection.execute(
            sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(SERVER))
        )
        if not connection.execute(
            "select 1 from pg_database where datname = %s", [DATABASE]
        ).fetchone():
            connection.execute(
                sql.SQL("create database {} owner {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
            connection.execute(
                sql.SQL("revoke all on database {} from public").format(sql.Identifier(DATABASE))
            )
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(
                sql.Identifier(DATABASE), sql.Identifier(SERVER)
            )
        )
    return (
        server.conninfo(OWNER, passwords[OWNER], DATABASE),
        server.conninfo(SERVER, passwords[SERVER], DATABASE),
    )


def _ensure_login(connection: psycopg.Connection, role: str, password: str) -> None:
    # The file is the truth: a data directory whose files were restored from a backup still works.
    verb = sql.SQL("alter" if _role_exists(connection, role) else "create")
    connection.execute(
        sql.SQL("{} role {} login nosuperuser nocreaterole nocreatedb password {}").format(
            verb, sql.Identifier(role), sql.Literal(password)
        )
    )


def _role_exists(connection: psycopg.Connection, role: str) -> bool:
    found = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    return found is not None


def _password(path: Path) -> str:
    """The password kept in a file of mode 0600, made up on the first start."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    password = secrets.token_urlsafe(32)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        if os.geteuid() == 0:
            # Root at work in a user's directory: the user must be able to go on alone.
            status = path.parent.stat()
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write(password)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return password


def _admit(owner: str, login: str, schema: str) -> None:
    """Let the service's user take on the group role; the owner granted it, or is that user."""
    group = service_role(schema)
    with psycopg.connect(login, autocommit=True) as connection:
        # Before PostgreSQL 16 every member may take on the role.
        wanted = "set" if connection.info.server_version >= 160000 else "member"
        row = connection.execute(
            "select current_user, pg_has_role(current_user, %s, %s)", [group, wanted]
        ).fetchone()
    assert row is not None
    user, admitted = row
    if not admitted:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(
                sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(user))
            )
