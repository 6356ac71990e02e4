"""Bearer tokens: who is asking. Only their hash is stored; roles are events in the record."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.jurisdiction import Jurisdiction
from api.problems import Problem, unauthenticated
from domain.accounts import account as fold_account
from domain.model.deliberation import Deliberation
from eventlog.registrar import RecordReader, shanghai_today

REMEMBERED_S = 2.0
"""A revoked token or closed account works this long at most."""
MOST_REMEMBERED = 10_000

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="令牌由 `yinzheng token create` 发放 · tokens come from `yinzheng token create`",
)


def token_hash(token: str) -> bytes:
    """What is stored of a token; it has 256 random bits, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as the list of tokens shows it: never itself, only the head of its hash."""

    account: str
    fingerprint: str
    issued_at: str
    revoked_at: str | None


class Tokens:
    """Issues, revokes and recognises the tokens of one jurisdiction."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self._jurisdiction = jurisdiction
        self._mutex = threading.Lock()
        self._remembered: dict[bytes, tuple[str, float]] = {}

    def issue(self, account: str) -> str:
        """A fresh token for an account; it is shown once, here."""
        token = f"yz_{secrets.token_urlsafe(32)}"
        with self._jurisdiction.pool.connection() as connection:
            connection.execute("select access_issue_token(%s, %s)", [token_hash(token), account])
        return token

    def revoke(self, account: str) -> int:
        """Revoke every token of an account; how many there were."""
        with self._jurisdiction.pool.connection() as connection:
            row = connection.execute("select access_revoke_tokens(%s)", [account]).fetchone()
        assert row is not None
        return int(row[0])

    def issued(self) -> list[Issued]:
        """Every token ever issued, oldest first."""
        with self._jurisdiction.pool.connection() as connection:
            rows = connection.execute(
                "select account, encode(hash, 'hex'), issued_at, revoked_at "
                "from access_token order by issued_at, hash"
            ).fetchall()
        return [
            Issued(account, digest[:12], at.isoformat(), revoked.isoformat() if revoked else None)
            for account, digest, at, revoked in rows
        ]

    def account(self, token: str) -> str:
        """The open account a token stands for; a 401 Problem if there is none."""
        digest = token_hash(token)
        now = time.monotonic()
        known = self._remembered.get(digest)
        if known is not None and known[1] > now:
            return known[0]
        account = self._jurisdiction.patiently(lambda: self._look_up(digest))
        with self._mutex:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[digest] = (account, now + REMEMBERED_S)
        return account

    def stands_for(self, token: str, account: str) -> bool:
        """Whether a token still is that account's; for streams, which outlive their first check."""
        try:
            return self.account(token) == account
        except Problem:
            return False

    def _look_up(self, digest: bytes) -> str:
        with self._jurisdiction.pool.connection() as connection:
            row = connection.execute(
                "select account, revoked_at is not null from access_token where hash = %s",
                [digest],
            ).fetchone()
        if row is None:
            raise unauthenticated(
                "令牌不被识别；请用 yinzheng token create 申请",
                "the token is not known here; yinzheng token create makes one",
            )
        account, revoked = row
        if revoked:
            raise unauthenticated(
                "令牌已被吊销；请申请新的令牌", "the token was revoked; ask for a new one"
            )
        if not self._is_open(account):
            raise unauthenticated(
                "账号未开立或已关闭；请向管理员申请",
                "the account was never opened, or is closed; ask an administrator",
            )
        return str(account)

    def _is_open(self, account: str) -> bool:
        case = Deliberation(RecordReader(self._jurisdiction.recorder), shanghai_today())
        state = fold_account(case, account)
        return state.opened is not None and not state.closed


def authenticated(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> str:
    """The account of a request's bearer token; a 401 Problem without one."""
    if shown is None or not shown.credentials.strip():
        raise unauthenticated(
            "缺少 Authorization: Bearer <令牌>；令牌由 yinzheng token create 发放",
            "send Authorization: Bearer <token>; yinzheng token create makes one",
        )
    tokens: Tokens = request.app.state.tokens
    return tokens.account(shown.credentials.strip())


Account = Annotated[str, Depends(authenticated)]
"""A route parameter: the account that asks; every read has one."""
