"""Validation errors in words: pydantic's error types in 中文 and English, with what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict


class FieldError(TypedDict):
    """One field that does not fit: its path, and what it needs."""

    field: str
    zh: str
    en: str


UNKNOWN_FIELD = (
    "没有此字段；请对照 GET /v1/commands 核对字段名",
    "is not a field here; check its name against GET /v1/commands",
)

WORDS: dict[str, tuple[str, str]] = {
    "missing": ("必填项，请补上", "is required"),
    "extra_forbidden": UNKNOWN_FIELD,
    "string_type": ("须为字符串", "must be a string"),
    "string_too_long": ("最多 {max_length} 个字符", "takes at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "takes at least {min_length} characters"),
    "string_pattern_mismatch": ("须符合格式 {pattern}", "must match {pattern}"),
    "string_unicode": ("须为有效的 UTF-8 文本", "must be valid UTF-8 text"),
    "literal_error": ("须为以下之一：{expected}", "must be one of {expected}"),
    "enum": ("须为以下之一：{expected}", "must be one of {expected}"),
    "bool_type": ("须为 true 或 false", "must be true or false"),
    "bool_parsing": ("须为 true 或 false", "must be true or false"),
    "int_type": ("须为整数", "must be a whole number"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "int_from_float": ("须为整数，不带小数", "must be a whole number"),
    "int_parsing_size": ("数字过大", "is too large a number"),
    "float_type": ("须为数字", "must be a number"),
    "decimal_parsing": ("须为十进制数", "must be a decimal number"),
    "decimal_type": ("须为十进制字符串", "must be a decimal string"),
    "greater_than": ("须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than": ("须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "list_type": ("须为数组", "must be an array"),
    "tuple_type": ("须为数组", "must be an array"),
    "set_type": ("须为数组", "must be an array"),
    "frozen_set_type": ("须为数组", "must be an array"),
    "too_long": ("最多 {max_length} 项", "takes at most {max_length} items"),
    "too_short": ("至少 {min_length} 项", "takes at least {min_length} items"),
    "dict_type": ("须为对象", "must be an object"),
    "model_type": ("须为对象", "must be an object"),
    "model_attributes_type": ("须为对象", "must be an object"),
    "dataclass_type": ("须为对象", "must be an object"),
    "none_required": ("须为 null", "must be null"),
    "date_type": (
        "须为 YYYY-MM-DD 格式的日期字符串，如 2012-06-28",
        "must be a date string YYYY-MM-DD, such as 2012-06-28",
    ),
    "date_parsing": (
        "日期不存在或格式不对；须为 YYYY-MM-DD，如 2012-06-28",
        "is no date of the calendar; write it as YYYY-MM-DD, such as 2012-06-28",
    ),
    "date_from_datetime_inexact": (
        "须为日期，不带时刻，如 2012-06-28",
        "must be a date without a time of day, such as 2012-06-28",
    ),
    "datetime_parsing": (
        "时刻不存在或格式不对；须为 RFC 3339，如 2012-06-28T08:15:00+08:00",
        "is no moment; write it as RFC 3339, such as 2012-06-28T08:15:00+08:00",
    ),
    "timezone_aware": (
        "时刻须带时区，如 2012-06-28T08:15:00+08:00",
        "needs a time zone, such as 2012-06-28T08:15:00+08:00",
    ),
    "uuid_parsing": ("须为 uuid", "must be a uuid"),
    "finite_number": ("须为有限数", "must be a finite number"),
    "invalid_key": ("键须为字符串", "keys must be strings"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "json_type": ("须为 JSON 字符串", "must be JSON text"),
    "union_tag_invalid": ("须为以下之一：{expected_tags}", "must be one of {expected_tags}"),
    "union_tag_not_found": ("缺少判别字段 {discriminator}", "needs the field {discriminator}"),
}
"""By pydantic's error type; names in braces come from the error's own context."""

_SAME_AS = {
    "date_from_datetime_parsing": "date_parsing",
    "datetime_from_date_parsing": "datetime_parsing",
    "datetime_type": "datetime_parsing",
    "datetime_object_invalid": "datetime_parsing",
    "uuid_type": "uuid_parsing",
    "decimal_max_digits": "decimal_parsing",
    "decimal_max_places": "decimal_parsing",
}


def worded(kind: str, context: Mapping[str, Any], message: str) -> tuple[str, str]:
    """An error in 中文 and English; one we have no words for keeps pydantic's own."""
    if kind in ("value_error", "assertion_error"):
        # Our own validators say both, separated as everywhere.
        said = str(context.get("error", message))
        zh, dot, en = said.partition(" · ")
        return (zh, en) if dot else (said, said)
    words = WORDS.get(_SAME_AS.get(kind, kind))
    if words is None:
        return f"不符合要求（{message}）", message
    shown = {key: str(value).replace("' or '", "' 或 '") for key, value in context.items()}
    return words[0].format_map(_Lenient(shown)), words[1].format_map(_Lenient(context))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def path(location: Iterable[int | str]) -> str:
    """Where a value stands, as people write it: `evidence[0].amount.currency`."""
    # What senders write as `amount` is kept in minor units, under that name.
    said = ("amount" if step == "minor" else step for step in location)
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in said)
    return steps.removeprefix(".")


def field_errors(errors: Sequence[Any], skip: int = 0) -> list[FieldError]:
    """Pydantic's errors as ours; `skip` leaves out leading steps such as `query`."""
    found = []
    for error in errors:
        zh, en = worded(error["type"], error.get("ctx", {}), error["msg"])
        found.append(FieldError(field=path(error["loc"][skip:]), zh=zh, en=en))
    return found
