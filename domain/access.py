"""Opening and closing accounts, granting and withdrawing roles (DESIGN §8, SPEC §3.0)."""

from __future__ import annotations

from pydantic import Field

from domain.accounts import Account, AccountClosed, AccountOpened, RoleGranted, RoleWithdrawn
from domain.accounts import account as account_of
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import DutiesNotSeparated, RuleBroken
from domain.model.roles import Role
from domain.model.subjects import AccountId, Identifier

ADMINISTRATORS = (Role.LGO, Role.LG, Role.SYS)
"""SYS is the operator at the machine, through `yinzheng token create`."""


class OpenAccount(Command):
    """Open an account for a person of a unit, with its first roles (DESIGN §8).

    Neither the person nor the unit needs to be registered: the first account comes before both.
    """

    title_zh = "开立账号"
    recorders = ADMINISTRATORS
    records = AccountOpened

    account: AccountId
    person: Identifier
    unit: Identifier
    roles: tuple[Role, ...] = Field(default=(), max_length=len(Role))

    def decide(self, case: Deliberation) -> None:
        if self.person == case.actor.person:
            raise _for_oneself(self.account)
        super().decide(case)
        for role in dict.fromkeys(self.roles):
            case.record(RoleGranted, account=self.account, role=role)


class GrantRole(Command):
    """Grant a recorder role to somebody else's account (SPEC §3.0)."""

    title_zh = "授予角色"
    recorders = ADMINISTRATORS
    records = RoleGranted

    account: AccountId
    role: Role

    def decide(self, case: Deliberation) -> None:
        state = _open_account(case, self.account)
        _not_ones_own(case, state, self.account)
        if self.role in state.roles:
            raise RuleBroken(
                f"账号“{self.account}”已有角色 {self.role}，无须再次授予",
                f"account {self.account!r} holds the role {self.role} already",
                clause="SPEC §3.0",
            )
        super().decide(case)


class WithdrawRole(Command):
    """Withdraw a recorder role from an account (SPEC §3.0)."""

    title_zh = "收回角色"
    recorders = ADMINISTRATORS
    records = RoleWithdrawn

    account: AccountId
    role: Role

    def decide(self, case: Deliberation) -> None:
        state = _open_account(case, self.account)
        if self.role not in state.roles:
            held = "、".join(sorted(state.roles)) or "无"
            raise RuleBroken(
                f"账号“{self.account}”没有角色 {self.role}（现有：{held}）",
                f"account {self.account!r} does not hold the role {self.role} "
                f"(it holds: {', '.join(sorted(state.roles)) or 'none'})",
                clause="SPEC §3.0",
            )
        super().decide(case)


class CloseAccount(Command):
    """Close an account: its tokens stop working and it records nothing more (DESIGN §8)."""

    title_zh = "关闭账号"
    recorders = ADMINISTRATORS
    records = AccountClosed

    account: AccountId

    def decide(self, case: Deliberation) -> None:
        _open_account(case, self.account)
        super().decide(case)


def _open_account(case: Deliberation, name: str) -> Account:
    state = account_of(case, name)
    if state.closed:
        raise RuleBroken(
            f"账号“{name}”已关闭；请另开账号",
            f"account {name!r} is closed; open another one",
            clause="DESIGN §8",
        )
    return state


def _not_ones_own(case: Deliberation, state: Account, name: str) -> None:
    own_person = state.opened is not None and state.opened.person == case.actor.person
    if name == case.actor.account or own_person:
        raise _for_oneself(name)


def _for_oneself(name: str) -> DutiesNotSeparated:
    return DutiesNotSeparated(
        f"账号“{name}”属于本人：不能为自己授予角色，须由另一位管理员办理",
        f"account {name!r} is one's own: nobody grants roles to themselves, "
        "another administrator must do it",
        clause="SPEC §3.0",
    )
