"""The order in which every command is judged: may they, does it exist, is it allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.accounts import ACCOUNT_TYPES, acting
from domain.model.command import Command
from domain.model.deliberation import Deliberation, Reader
from domain.model.errors import NotPermitted, RuleBroken
from domain.model.roles import Actor
from domain.model.subjects import tag


def consider(
    command: Command,
    by: str | Actor,
    *,
    reader: Reader,
    today: date,
    new_id: Callable[[], str],
) -> Deliberation:
    """Decide `command` for the account (or trusted actor) `by`; raises a Refusal or returns the case.

    `today` is the date in Asia/Shanghai. The account's grants are read with everything else, so a
    role withdrawn while the command is being decided makes it be decided again.
    """
    command = command.with_id(new_id)
    case = Deliberation(reader, today)
    asks = command.asks()
    if isinstance(by, str):
        asks.append((tag("account", by), ACCOUNT_TYPES))
    case.fetch(asks)
    case.actor = acting(case, by) if isinstance(by, str) else by
    case.occurred_on, case.on_behalf_of = command.occurred_on, command.on_behalf_of
    _take_role(command, case)
    _check_date(command, today)
    for kind, value in command.references():
        case.require(kind, value)
    command.decide(case)
    return case


def _take_role(command: Command, case: Deliberation) -> None:
    role = case.actor.role_among(command.recorders)
    if role is None:
        names_zh = "、".join(f"{role.zh}({role})" for role in command.recorders)
        names = ", ".join(command.recorders)
        raise NotPermitted(
            f"“{command.title_zh}”须由以下角色之一记录：{names_zh}；账号“{case.actor.account}”均不具备",
            f"{command.slug} takes one of the roles {names}; "
            f"account {case.actor.account!r} holds none of them",
            clause="SPEC §3.0",
        )
    case.role = role


def _check_date(command: Command, today: date) -> None:
    if command.occurred_on > today:
        raise RuleBroken(
            f"业务发生日 {command.occurred_on} 晚于今天 {today}；尚未发生的事不能登记",
            f"occurred_on {command.occurred_on} is after today, {today}; "
            "what has not happened yet cannot be recorded",
            clause="SPEC G7",
        )
