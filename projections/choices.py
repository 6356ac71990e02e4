"""Rule parameters that choose among named ways of counting, read strictly (SPEC §13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.model.errors import RuleBroken


def one_of(values: Mapping[str, Any], key: str, *allowed: str) -> str:
    """The value of `key`; RuleBroken, naming the ways there are, if it is none of them."""
    value = values[key]
    if value not in allowed:
        raise _not_understood(key, value, "、".join(allowed), f"one of {', '.join(allowed)}")
    return str(value)


def names(values: Mapping[str, Any], key: str) -> list[str]:
    """The value of `key` as a list of names; RuleBroken if it is no such list."""
    value = values[key]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _not_understood(key, value, "名称数组", "a list of names")
    return [str(name) for name in value]


def flag(values: Mapping[str, Any], key: str) -> bool:
    """The value of `key` as yes or no; RuleBroken if it is neither."""
    value = values[key]
    if not isinstance(value, bool):
        raise _not_understood(key, value, "true 或 false", "true or false")
    return value


def days(values: Mapping[str, Any], key: str) -> int:
    """The value of `key` as a number of days; RuleBroken if it is none."""
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _not_understood(key, value, "不小于零的天数", "a number of days")
    return value


def _not_understood(key: str, value: object, zh: str, en: str) -> RuleBroken:
    return RuleBroken(
        f"规则参数 {key} 的值 {value!r} 无法理解，须为：{zh}；请用 set-rule-parameter 重新设定",
        f"rule parameter {key} is {value!r} and should be {en}; set it anew with set-rule-parameter",
        clause="SPEC §13",
    )
