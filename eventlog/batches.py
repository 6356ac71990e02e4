"""The one parameter of the append function: many requests as one JSON text of parallel arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eventsourcing.dcb.api import DCBAppendCondition

from eventlog.outcomes import Append, AppendRefused

MOST_REQUESTS = 1000
MOST_EVENTS = 100_000
"""What the append function takes in one call."""

_ARRAYS = (
    "r_command r_digest c_req c_after c_tag c_more c_types e_req e_type e_body "
    "t_ord t_tag v_ord v_subject v_commitment v_salt v_value"
).split()


def array_literal(values: Sequence[str]) -> str:
    """A PostgreSQL array literal; quicker to send inside one jsonb than nested arrays."""
    return (
        "{"
        + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
        + "}"
    )


def batch_json(requests: Sequence[Append]) -> str:
    """All requests as the append function takes them; AppendRefused if it would not."""
    events = sum(len(request.events) for request in requests)
    if not all(request.events for request in requests):
        raise AppendRefused("an append needs at least one event")
    if len(requests) > MOST_REQUESTS or events > MOST_EVENTS:
        raise AppendRefused(
            f"one call takes at most {MOST_REQUESTS} requests and {MOST_EVENTS} events, "
            f"not {len(requests)} and {events}"
        )
    batch: dict[str, list[Any]] = {name: [] for name in _ARRAYS}
    for req, request in enumerate(requests, 1):
        batch["r_command"].append(None if request.command_id is None else str(request.command_id))
        batch["r_digest"].append(request.digest)
        _add_condition(batch, req, request.condition)
        _add_events(batch, req, request)
    return json.dumps({k: v for k, v in batch.items() if v}, ensure_ascii=False)


def _add_condition(
    batch: dict[str, list[Any]], req: int, condition: DCBAppendCondition | None
) -> None:
    if condition is None:
        return
    items = condition.fail_if_events_match.items
    for tags, types in [(i.tags, i.types) for i in items] or [([], [])]:
        batch["c_req"].append(req)
        batch["c_after"].append(condition.after or 0)
        batch["c_tag"].append(tags[0] if tags else None)
        batch["c_more"].append(array_literal(tags[1:]) if len(tags) > 1 else None)
        batch["c_types"].append(array_literal(types) if types else None)


def _add_events(batch: dict[str, list[Any]], req: int, request: Append) -> None:
    first = len(batch["e_req"]) + 1
    for order, event in enumerate(request.events, first):
        batch["e_req"].append(req)
        batch["e_type"].append(event.type)
        batch["e_body"].append(event.data.decode())
        for tag in dict.fromkeys(event.tags):
            batch["t_ord"].append(order)
            batch["t_tag"].append(tag)
    for index, secret in request.secrets:
        batch["v_ord"].append(first + index)
        batch["v_subject"].append(secret.subject)
        batch["v_commitment"].append(secret.commitment)
        batch["v_salt"].append(secret.salt.hex())
        batch["v_value"].append(secret.value)
