"""What is asked of the append function and what it answers, for any recorder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import ProgrammingError

from eventlog.entry import Secret


@dataclass(frozen=True, slots=True)
class Append:
    """One request: the events of one command, recorded together or not at all.

    `digest` (hex) tells a repeated command from another one under the same id; `secrets` pairs each
    personal value with the index of its event.
    """

    events: Sequence[DCBEvent]
    condition: DCBAppendCondition | None = None
    command_id: UUID | None = None
    digest: str | None = None
    secrets: Sequence[tuple[int, Secret]] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """Recorded at positions `first`..`last`, at the moment `stamp`."""

    first: int
    last: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Refused: the event at `position` arrived after the premises were read."""

    position: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """The command id is known: its events stand at `first`..`last`.

    `same` says whether the digests are equal, `digest` (hex) is the recorded one where it was read.
    """

    first: int
    last: int
    same: bool
    digest: str | None = None


Outcome = Appended | Conflicted | Repeated


class Unreachable(Exception):
    """The database did not answer; whether anything was recorded is not known.

    Repeating the same command tells: its id is recognised if it was.
    """


class AppendRefused(ProgrammingError):
    """The requests of one call cannot be recorded as they are; nothing of them was."""
