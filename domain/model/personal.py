"""Personal values: clear only until they are recorded, commitments for ever after (DESIGN §3)."""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    RootModel,
    TypeAdapter,
)
from pydantic_core import CoreSchema, core_schema

from domain.model.texts import Text

SALT_BYTES = 32
MARK = "$commit"


def commitment(value: str, salt: bytes) -> str:
    """The hex digest that stands in the record for `value`: sha256(0x02 ‖ salt ‖ value)."""
    return hashlib.sha256(b"\x02" + salt + value.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A personal value as the record holds it: its salted hash."""

    digest: str


Seal = Callable[[str], str]
"""Takes a clear value, keeps it with a fresh salt in the vault, returns the commitment's hex."""

_text: TypeAdapter[str] = TypeAdapter(Text)


class Personal:
    """A clear value (`str`) on its way in, a `Commitment` once stored.

    Serialising a clear value needs a `seal` in the serialisation context, so that a personal value
    cannot reach the record's bytes by oversight: without one it raises.
    """

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialise, info_arg=True
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": 20_000,
            "description": "个人信息，只在保险库存明文 · personal: kept in clear only in the vault",
        }


def _validate(value: Any) -> str | Commitment:
    if isinstance(value, Commitment):
        return value
    if isinstance(value, dict) and set(value) == {MARK}:
        return Commitment(value[MARK])
    return _text.validate_python(value)


def _serialise(value: str | Commitment, info: core_schema.SerializationInfo) -> dict[str, str]:
    if isinstance(value, Commitment):
        return {MARK: value.digest}
    seal: Seal | None = (info.context or {}).get("seal")
    if seal is None:
        raise ValueError("a personal value may only be written through the vault")
    return {MARK: seal(value)}


PersonalText = Annotated[str | Commitment, Personal]
"""Text that may name or identify a natural person."""


class Hidden(RootModel[PersonalText]):
    """A personal value that stands where its field's own type is not known, as in a correction."""


@cache
def personal_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields of `model` whose values are personal."""
    hints = typing.get_type_hints(model, include_extras=True)
    return frozenset(name for name in model.model_fields if _is_personal(hints[name]))


def _is_personal(annotation: Any) -> bool:
    if Personal in getattr(annotation, "__metadata__", ()):
        return True
    return any(_is_personal(argument) for argument in typing.get_args(annotation))
