"""The stored bytes of one event: written once, hashed, and read back (DESIGN §3)."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eventsourcing.dcb.api import DCBEvent
from pydantic_core import from_json

from domain.model.event import EVENTS, Event, Recorded, Recorder
from domain.model.personal import MARK, SALT_BYTES, commitment
from domain.model.texts import DocumentRef


@dataclass(frozen=True, slots=True)
class Secret:
    """A personal value on its way to the vault, with the salt of its commitment."""

    subject: str
    commitment: str
    salt: bytes
    value: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds an event's own fields; one command gives all its events the same one."""

    actor: Recorder
    command_id: str
    occurred_on: date
    on_behalf_of: str | None = None
    campaign: str | None = None
    work_line: str | None = None
    reason: str | None = None
    documents: tuple[DocumentRef, ...] = ()
    warnings: tuple[dict[str, str], ...] = ()


def leaf_hash(entry: bytes) -> bytes:
    """The RFC 6962 leaf of a stored entry: SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """JSON with sorted keys and no white space: the one way anything here becomes bytes."""
    return _ENCODER.encode(value)


def write(
    event: Event, tags: list[str], envelope: Envelope, salt: Callable[[], bytes] | None = None
) -> tuple[DCBEvent, list[Secret]]:
    """The entry of `event`, still without `recorded_at`, and the secrets its commitments hide.

    This is the last gate before the bytes: text leaves it in NFC, a float not at all (DESIGN §3).
    """
    secret_subject = event.created_tag or (tags[0] if tags else "record")
    secrets_found: list[Secret] = []
    fresh_salt = salt or (lambda: secrets.token_bytes(SALT_BYTES))

    def seal(value: str) -> str:
        salted = fresh_salt()
        digest = commitment(value, salted)
        secrets_found.append(Secret(secret_subject, digest, salted, value))
        return digest

    data = event.model_dump(mode="json", by_alias=True, context={"seal": seal})
    said: dict[str, Any] = {
        "actor": {
            "account": envelope.actor.account,
            "person": envelope.actor.person,
            "role": envelope.actor.role,
            "unit": envelope.actor.unit,
        },
        "campaign": envelope.campaign,
        "command_id": envelope.command_id,
        "data": data,
        "documents": [d.model_dump(mode="json") for d in envelope.documents],
        "occurred_on": envelope.occurred_on.isoformat(),
        "on_behalf_of": envelope.on_behalf_of,
        "reason": envelope.reason,
        "tags": tags,
        "type": type(event).__name__,
        "version": type(event).version,
        "work_line": envelope.work_line,
    }
    if envelope.warnings:
        said["warnings"] = list(envelope.warnings)
    _require_no_floats(data)
    body = canonical(said)
    if not unicodedata.is_normalized("NFC", body):
        said = _in_nfc(said)
        body, tags = canonical(said), said["tags"]
    return DCBEvent(type(event).__name__, body.encode(), tags), secrets_found


def _in_nfc(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [_in_nfc(held) for held in value]
        case dict():
            return {_in_nfc(name): _in_nfc(held) for name, held in value.items()}
        case _:
            return value


def _require_no_floats(value: Any) -> None:
    """TypeError if a floating-point number stands anywhere in what is about to be stored."""
    match value:
        case float():
            raise TypeError("the record holds no floating-point numbers")
        case list() | tuple():
            for held in value:
                _require_no_floats(held)
        case dict():
            for held in value.values():
                _require_no_floats(held)


def splice(stamp: str, body: bytes) -> bytes:
    """The entry as stored: the recording time in front of the rest, as the append function does."""
    return b'{"recorded_at":"' + stamp.encode() + b'",' + body[1:]


def parse(entry: bytes | str) -> dict[str, Any]:
    """A stored entry as plain JSON values."""
    parsed: dict[str, Any] = from_json(entry)
    return parsed


def read(position: int, entry: bytes | str) -> Recorded:
    """A stored entry as the event it means today, with its envelope."""
    said = parse(entry)
    kind = EVENTS[said["type"]]
    return Recorded(
        position=position,
        recorded_at=datetime.fromisoformat(said["recorded_at"]),
        event=kind.read(said["version"], said["data"]),
        actor=Recorder(**said["actor"]),
        command_id=said["command_id"],
        occurred_on=date.fromisoformat(said["occurred_on"]),
        tags=tuple(said["tags"]),
        on_behalf_of=said["on_behalf_of"],
        campaign=said["campaign"],
        work_line=said["work_line"],
        reason=said["reason"],
        documents=tuple(DocumentRef.model_validate(d) for d in said["documents"]),
    )


def commitments(value: Any) -> list[str]:
    """Every commitment that stands anywhere in a parsed entry's data."""
    if isinstance(value, dict):
        if set(value) == {MARK}:
            return [value[MARK]]
        return [found for held in value.values() for found in commitments(held)]
    if isinstance(value, list):
        return [found for held in value for found in commitments(held)]
    return []
