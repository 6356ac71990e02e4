"""What must be true of one stored entry by itself; `eventlog.audit` asks it of each (DESIGN §3)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.model.effective import AMENDMENT_TYPES, amendments_tag
from domain.model.event import EVENTS
from domain.model.personal import MARK
from eventlog.entry import canonical, commitments, leaf_hash, read

AMENDMENTS = frozenset(kind.__name__ for kind in AMENDMENT_TYPES)

_OPENING = re.compile(r'\{"recorded_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)",')


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the record that is not as it was promised; no position: the record as a whole."""

    position: int | None
    zh: str
    en: str

    def __str__(self) -> str:
        if self.position is None:
            return f"{self.zh} · {self.en}"
        return f"第{self.position}号：{self.zh} · event {self.position}: {self.en}"


@dataclass(frozen=True, slots=True)
class Scrutinised:
    """A stored entry and what it says; `said` is empty where it cannot be read."""

    position: int
    type: str
    entry: str
    leaf: bytes
    stamp: str
    said: dict[str, Any]
    faults: tuple[Fault, ...]

    @property
    def hidden(self) -> set[str]:
        """The commitments in its data."""
        return set(commitments(self.said.get("data"))) if MARK in self.entry else set()

    @property
    def tags(self) -> list[str]:
        """The tags that the entry names; none where it holds something else."""
        tags = self.said.get("tags", [])
        named = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
        return tags if named else []


def scrutinise(position: int, kind: str, entry: str, leaf: bytes) -> Scrutinised:
    """Read one row of the log and note what is wrong with its bytes."""
    faults = []
    if leaf_hash(entry.encode()) != leaf:
        faults.append(Fault(position, "叶哈希与内容不符", "its leaf is not the hash of its entry"))
    opening = _OPENING.match(entry)
    inexact: list[str] = []
    try:
        said = json.loads(entry, parse_float=inexact.append, parse_constant=inexact.append)
        if not isinstance(said, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError):
        faults.append(Fault(position, "内容不是 JSON 对象", "its entry is not a JSON object"))
        said = {}
    else:
        faults.extend(_form(position, entry, said, opening))
    if inexact:
        faults.append(Fault(position, "含有浮点数", "its entry holds a floating-point number"))
    if said and said.get("type") != kind:
        faults.append(
            Fault(
                position,
                f"类型列为 {kind}，与内容不符",
                f"its type column says {kind}, its entry not",
            )
        )
    stamp = opening[1] if opening else ""
    return Scrutinised(position, kind, entry, leaf, stamp, said, tuple(faults))


def _form(
    position: int, entry: str, said: dict[str, Any], opening: re.Match[str] | None
) -> Iterator[Fault]:
    rest = canonical({name: value for name, value in said.items() if name != "recorded_at"})
    if opening is None or entry[opening.end() :] != rest[1:]:
        yield Fault(
            position,
            "写法不规范（recorded_at 在前，其余键按序，无空白）",
            "its entry is not in canonical form: recorded_at, then the other keys sorted, no space",
        )
    if not unicodedata.is_normalized("NFC", entry):
        yield Fault(position, "文字不是 NFC", "its text is not in NFC")


def meaning(one: Scrutinised) -> Iterator[Fault]:
    """What is wrong with what an entry says, as far as the entry alone tells."""
    kind = EVENTS.get(str(one.said.get("type")))
    if kind is None:
        yield Fault(
            one.position, f"未知的事件类型 {one.type}", f"event type {one.type} is not known"
        )
        return
    try:
        recorded = read(one.position, one.entry)
    except Exception as error:  # whatever is wrong with it, the audit goes on
        reason = f"{type(error).__name__}: {error}".replace("\n", " ")
        yield Fault(one.position, f"无法解读：{reason}", f"it cannot be read: {reason}")
        return
    if missing := sorted(set(recorded.event.tags) - set(one.tags)):
        yield Fault(
            one.position,
            f"缺少标签 {'、'.join(missing)}",
            f"tags that follow from its data are missing: {', '.join(missing)}",
        )


def amendment(one: Scrutinised, amended: dict[int, dict[str, Any]]) -> Iterator[Fault]:
    """What is wrong with a correction or revocation; `amended` holds its target and its root."""
    data = one.said["data"]
    target, root = data["target"], data["root"]
    if target >= one.position or target not in amended or root not in amended:
        yield Fault(
            one.position,
            f"所涉第{target}号记录不存在",
            f"it amends event {target}, which does not stand before it",
        )
        return
    concerns = amended[target]
    expected_root = concerns["data"]["root"] if concerns["type"] in AMENDMENTS else target
    carried = {tag for at in (target, root) for tag in amended[at]["tags"] if _is_subject(tag)}
    needed = carried | {amendments_tag(root), amendments_tag(target)}
    if root != expected_root or amended[root]["type"] in AMENDMENTS:
        yield Fault(
            one.position, "原始事件有误", f"event {target} does not go back to event {root}"
        )
    if missing := sorted(needed - set(one.tags)):
        yield Fault(
            one.position,
            f"缺少所涉记录的标签 {'、'.join(missing)}",
            f"it does not carry the tags {', '.join(missing)} of what it amends",
        )


def _is_subject(tag: str) -> bool:
    return not tag.startswith("event:")
