"""From the bytes of a body to a command: strict where leniency could change what gets recorded."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from api.problems import Problem, invalid
from api.wording import UNKNOWN_FIELD, FieldError, field_errors, path
from domain.model.command import COMMANDS, Command

LARGEST_BODY = 1024 * 1024
"""Bytes."""
LARGEST_INTEGER = 2**53 - 1
"""Beyond this, readers of JSON disagree on what a number is (RFC 7493)."""


class _Repeated(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def command_class(name: str) -> type[Command]:
    """The command of a kebab-case name; a problem naming the near ones otherwise."""
    if (kind := COMMANDS.get(name)) is not None:
        return kind
    near = get_close_matches(name[:100], COMMANDS, n=5, cutoff=0.5)
    said_zh = f"相近的有：{'、'.join(near)}" if near else "没有相近的名称"
    said_en = f"near it: {', '.join(near)}" if near else "nothing is near it"
    raise Problem(
        404,
        "unknown-command",
        ("没有此操作", "No such command"),
        (
            f"{said_zh}；全部见 GET /v1/commands",
            f"{said_en}; all are listed by GET /v1/commands",
        ),
        near=near,
    )


def read_command(kind: type[Command], body: bytes) -> Command:
    """The command that `body` spells out; a Problem (400, 422) that says what does not fit.

    Dates as numbers, numbers as strings, fractions, repeated keys and NUL characters are refused,
    since what a lenient reader makes of them is not what the sender saw.
    """
    text, value = _parsed(body)
    if not isinstance(value, dict):
        raise invalid([FieldError(field="", zh="须为 JSON 对象", en="must be a JSON object")])
    if unfit := _unfit(value):
        raise invalid(unfit)
    try:
        return kind.model_validate_json(text, strict=True)
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False)
        raise invalid([_with_near(kind, one) for one in field_errors(told)]) from None


def _with_near(kind: type[Command], error: FieldError) -> FieldError:
    """An unknown field together with the field that was probably meant."""
    known = [field.alias or name for name, field in kind.model_fields.items()]
    near = get_close_matches(error["field"][:100], known, n=1, cutoff=0.6)
    if error["en"] != UNKNOWN_FIELD[1] or not near:
        return error
    zh, en = f"没有此字段；是否指 {near[0]}？", f"is not a field here; did you mean {near[0]}?"
    return FieldError(field=error["field"], zh=zh, en=en)


def _parsed(body: bytes) -> tuple[str, Any]:
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
        return text, json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except _Repeated as error:
        raise _malformed(
            f"字段 {error.key!r} 出现两次，只写一次",
            f"the key {error.key!r} stands twice; write it once",
        ) from None
    except UnicodeDecodeError as error:
        raise _malformed(
            f"第 {error.start} 字节不是 UTF-8", f"byte {error.start} is not UTF-8"
        ) from None
    except json.JSONDecodeError as error:
        raise _malformed(
            f"第 {error.lineno} 行第 {error.colno} 列不是 JSON",
            f"line {error.lineno}, column {error.colno} is not JSON",
        ) from None
    except (ValueError, RecursionError):
        raise _malformed(
            "数字过长、为 NaN/Infinity，或嵌套过深",
            "a number is too long or not finite, or the nesting too deep",
        ) from None


def _malformed(zh: str, en: str) -> Problem:
    return Problem(
        400,
        "malformed-json",
        ("内容不是有效的 JSON", "The body is not valid JSON"),
        (f"{zh}；请发送一个 UTF-8 编码的 JSON 对象", f"{en}; send one JSON object in UTF-8"),
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)
    return found


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _unfit(value: Any) -> list[FieldError]:
    """What JSON allows and the record does not, wherever it stands in a parsed body."""
    found: list[FieldError] = []
    waiting: list[tuple[tuple[int | str, ...], Any]] = [((), value)]
    while waiting:
        where, one = waiting.pop()
        told = None
        match one:
            case bool() | None:
                continue
            case str():
                told = _unfit_text(one)
            case int() if abs(one) > LARGEST_INTEGER:
                told = ("整数过大", "is too large a whole number")
            case float():
                told = (
                    '不收小数；金额、比率请写成字符串，如 "0.25"',
                    'fractions are not taken as numbers; write a string such as "0.25"',
                )
            case list():
                waiting.extend(((*where, i), item) for i, item in enumerate(one))
            case dict():
                told = next(filter(None, map(_unfit_text, one)), None)
                waiting.extend(((*where, key), held) for key, held in one.items() if not told)
        if told:
            found.append(FieldError(field=path(where), zh=told[0], en=told[1]))
    return found


def _unfit_text(text: str) -> tuple[str, str] | None:
    if "\x00" in text:
        return "不得含 NUL 字符", "must not hold a NUL character"
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return "不得含不成对的代理码", "must not hold a lone surrogate"
    return None
