"""Accounts and the roles they hold: events like everything else (DESIGN §8, SPEC §3.0)."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted
from domain.model.event import Event
from domain.model.roles import Actor, Role
from domain.model.subjects import AccountId, Identifier, tag


class AccountOpened(Event):
    """An account was opened for a person of a unit (DESIGN §8).

    Neither needs to be registered yet: the first account of a bureau comes before everything.
    """

    title_zh = "账号开立"
    sentence_zh = "为{person}（{unit}）开立账号{account}"
    sentence_en = "Account {account} opened for {person} of {unit}"
    creates = "account"
    amendable = False

    account: AccountId
    person: Identifier
    unit: Identifier


class RoleGranted(Event):
    """A recorder role was granted to an account (SPEC §3.0)."""

    title_zh = "授予角色"
    sentence_zh = "授予账号{account}角色{role}"
    sentence_en = "Role {role} granted to account {account}"
    amendable = False

    account: AccountId
    role: Role


class RoleWithdrawn(Event):
    """A recorder role was withdrawn from an account (SPEC §3.0)."""

    title_zh = "收回角色"
    sentence_zh = "收回账号{account}的角色{role}"
    sentence_en = "Role {role} withdrawn from account {account}"
    amendable = False

    account: AccountId
    role: Role


class AccountClosed(Event):
    """An account was closed; it can record nothing more (DESIGN §8)."""

    title_zh = "账号关闭"
    sentence_zh = "关闭账号{account}"
    sentence_en = "Account {account} closed"
    amendable = False

    account: AccountId


ACCOUNT_TYPES = (AccountOpened, RoleGranted, RoleWithdrawn, AccountClosed)


@dataclass
class Account:
    """What the record says of one account."""

    opened: AccountOpened | None = None
    closed: bool = False
    roles: set[Role] = field(default_factory=set)


def account(case: Deliberation, name: str) -> Account:
    """Fold one account's events."""
    state = Account()
    for recorded in case.events(tag("account", name), *ACCOUNT_TYPES):
        match recorded.event:
            case AccountOpened() as opened:
                state.opened = opened
            case RoleGranted(role=role):
                state.roles.add(role)
            case RoleWithdrawn(role=role):
                state.roles.discard(role)
            case AccountClosed():
                state.closed = True
    return state


def acting(case: Deliberation, name: str) -> Actor:
    """The actor that an account stands for now; NotPermitted if it is unknown or closed."""
    state = account(case, name)
    if state.opened is None or state.closed:
        raise NotPermitted(
            f"账号“{name}”不存在或已关闭；请向管理员申请",
            f"account {name!r} does not exist or is closed; ask an administrator for one",
        )
    return Actor(name, state.opened.person, state.opened.unit, frozenset(state.roles))
