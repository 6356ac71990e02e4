"""What tells a repeated command from another one under the same id (DESIGN §4).

A digest of account, command and body is recorded with each command. A hash of a telephone number
could be guessed, and would outlive the erasure of its person: so where the events hide personal
values, the digest is salted with the salts of their commitments, which the erasure takes away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from domain.model.command import Command
from domain.model.effective import EventCorrected
from domain.model.personal import commitment
from domain.model.roles import Actor
from eventlog.entry import Secret, canonical, commitments

Salts = Sequence[tuple[str, bytes]]
"""(commitment, salt) pairs."""


def command_digest(
    command: Command,
    by: str | Actor,
    salts: Salts = (),
    shown: Callable[[str], bool] = lambda value: False,
) -> str:
    """The digest of a command's account, name and body, as hex.

    Without more, personal values are left out of it. `salts` are those of the commitments in its
    events; `shown` says whether these events hold a personal value, hidden or (a company's name
    where a person's might stand) in clear: only then is it part of the digest.
    """
    body = command.model_dump(
        mode="json",
        by_alias=True,
        context={"seal": lambda value: value if shown(value) else "personal"},
    )
    text = canonical([account_of(by), command.slug, body])
    return hashlib.sha256(b"".join(salt for _, salt in sorted(salts)) + text.encode()).hexdigest()


def fresh_digest(
    command: Command, by: str | Actor, secrets: Sequence[Secret], entries: Sequence[dict[str, Any]]
) -> str:
    """The digest of a command that is about to be recorded with these events."""
    values = {secret.value for secret in secrets}
    texts = {text for entry in entries for text in _texts(entry["data"])}
    return command_digest(
        command,
        by,
        [(secret.commitment, secret.salt) for secret in secrets],
        lambda value: value in values or value in texts,
    )


def is_repeated(
    command: Command,
    by: str | Actor,
    digest: str | None,
    salts: Salts,
    entries: Sequence[dict[str, Any]],
) -> bool:
    """Whether a command is the one that these entries were recorded by, under this digest.

    Once a person is erased the bodies can no longer be compared, and the account decides.
    """
    hidden = {found for entry in entries for found in commitments(_own(entry))}
    if not hidden <= {one for one, _ in salts}:
        return all(entry["actor"]["account"] == account_of(by) for entry in entries)
    texts = {text for entry in entries for text in _texts(entry["data"])}

    def shown(value: str) -> bool:
        return value in texts or any(commitment(value, salt) == one for one, salt in salts)

    return digest == command_digest(command, by, salts, shown)


def account_of(by: str | Actor) -> str:
    """The account that gives a command."""
    return by if isinstance(by, str) else by.account


def personal_values(command: Command) -> list[str]:
    """The clear personal values in a command's body."""
    values: list[str] = []

    def seal(value: str) -> str:
        values.append(value)
        return ""

    command.model_dump(mode="json", context={"seal": seal})
    return values


def _own(entry: dict[str, Any]) -> Any:
    """What an entry's data says itself: a correction also cites what was said before."""
    data = entry["data"]
    if entry["type"] == EventCorrected.__name__:
        return [change["new"] for change in data["changes"].values()]
    return data


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for held in value.values():
                yield from _texts(held)
        case list():
            for held in value:
                yield from _texts(held)
