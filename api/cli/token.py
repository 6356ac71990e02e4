"""`yinzheng token`: make, revoke and list the tokens that people and programs come in with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table

from api.access import Tokens
from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import Jurisdiction, opened
from domain.access import GrantRole, OpenAccount
from domain.accounts import account as fold_account
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.roles import SYSTEM, Role
from eventlog.registrar import RecordReader, shanghai_today

tokens = typer.Typer(
    name="token", help="访问令牌 · access tokens", no_args_is_help=True, add_completion=False
)


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(tokens)


@tokens.command()
def create(
    account: Annotated[str, typer.Option(help="账号 · account")],
    unit: Annotated[str, typer.Option(help="单位编号 · unit id")],
    person: Annotated[str, typer.Option(help="人员编号 · person id")],
    role: Annotated[list[Role], typer.Option(help="角色，可重复 · role, repeatable")],
    data: Data = None,
) -> None:
    """开立账号、授予角色并发放令牌 · Open an account, grant its roles, print a token.

    Only the token goes to stdout. An account that exists gets the roles it lacks and a further token.
    """
    quiet()
    with opened(settings(data)) as jurisdiction:
        admit(jurisdiction, account, unit=unit, person=person, roles=role)
        typer.echo(Tokens(jurisdiction).issue(account))


@tokens.command()
def revoke(account: Annotated[str, typer.Option(help="账号 · account")], data: Data = None) -> None:
    """吊销账号的全部令牌 · Revoke every token of an account."""
    quiet()
    with opened(settings(data)) as jurisdiction:
        revoked = Tokens(jurisdiction).revoke(account)
    if revoked == 0:
        raise Stopped(
            Exit.REFUSED, f"账号“{account}”没有有效令牌", f"account {account!r} has no valid token"
        )
    typer.echo(f"已吊销 {revoked} 个令牌 · {revoked} revoked")


@tokens.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """列出发放过的令牌 · List the tokens issued, by the head of their hash."""
    quiet()
    with opened(settings(data)) as jurisdiction:
        issued = Tokens(jurisdiction).issued()
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in issued], ensure_ascii=False, indent=2))
        return
    table = Table("账号 account", "指纹 fingerprint", "发放 issued", "吊销 revoked")
    for one in issued:
        table.add_row(one.account, one.fingerprint, one.issued_at, one.revoked_at or "")
    Console().print(table)


def admit(
    jurisdiction: Jurisdiction, account: str, *, unit: str, person: str, roles: list[Role]
) -> None:
    """Record what an account still lacks: itself, or some of its roles; a Refusal if it is closed.

    Stopped where the account belongs to another person or unit.
    """
    case = Deliberation(RecordReader(jurisdiction.recorder), shanghai_today())
    state = fold_account(case, account)
    wanted = list(dict.fromkeys(roles))
    lacking: list[Command]
    if state.opened is None:
        lacking = [
            OpenAccount(
                account=account,
                person=person,
                unit=unit,
                roles=tuple(wanted),
                occurred_on=shanghai_today(),
            )
        ]
    elif (state.opened.person, state.opened.unit) != (person, unit):
        raise Stopped(
            Exit.REFUSED,
            f"账号“{account}”属于{state.opened.person}（{state.opened.unit}）；请另取账号名",
            f"account {account!r} is {state.opened.person}'s of {state.opened.unit}; "
            "choose another name",
        )
    else:
        lacking = [
            GrantRole(account=account, role=role, occurred_on=shanghai_today())
            for role in wanted
            if role not in state.roles
        ]
    for command in lacking:
        jurisdiction.execute(command, SYSTEM, uuid4())
