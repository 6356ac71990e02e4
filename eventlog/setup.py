"""Setting up a record: the rule book that ships with the product is enacted as events (DESIGN §7)."""

from __future__ import annotations

from uuid import UUID, uuid5

from eventsourcing.dcb.domain import Selector

from domain.model.roles import SYSTEM
from domain.rulebook import defaults
from domain.rules import RuleParameterSet, SetRuleParameter
from eventlog.entry import canonical
from eventlog.registrar import Registrar

_RULEBOOK = UUID("6b1f0c52-5f0e-5c8e-9a53-2f6f3c1f7a10")


def enact_rulebook(registrar: Registrar) -> int:
    """Set every parameter of the rule book that nobody has set yet; returns how many were recorded.

    Safe to run at every start, by several servers at once, and again after a crash half-way: the
    command ids come from the file, so nothing is recorded twice. A key that the jurisdiction has
    set itself, or that an earlier edition of the book set, is left as it is: the newest setting of
    a date wins, and a new edition must not overrule a document.
    """
    by_key: dict[str, list[tuple[UUID, SetRuleParameter]]] = {}
    for command in defaults():
        by_key.setdefault(command.key, []).append((_command_id(command), command))
    taken = _set_by(registrar, list(by_key))
    recorded = 0
    for key, commands in by_key.items():
        done = taken.get(key, set())
        if done <= {str(command_id) for command_id, _ in commands}:
            for command_id, command in commands:
                if str(command_id) not in done:
                    recorded += not registrar.execute(command, SYSTEM, command_id).replayed
    return recorded


def _set_by(registrar: Registrar, keys: list[str]) -> dict[str, set[str]]:
    """The ids of the commands that ever set each key, revoked ones included."""
    # By tag, so that a start costs the same however long the record is.
    selectors = [Selector(types=[RuleParameterSet], tags=[f"rule:{key}"]) for key in keys]
    found, _ = registrar.reader.select(selectors)
    taken: dict[str, set[str]] = {}
    for recorded in found:
        assert isinstance(recorded.event, RuleParameterSet)
        taken.setdefault(recorded.event.key, set()).add(recorded.command_id)
    return taken


def _command_id(command: SetRuleParameter) -> UUID:
    said = [command.doc.no, command.key, command.value, command.valid_from.isoformat()]
    return uuid5(_RULEBOOK, canonical(said))
