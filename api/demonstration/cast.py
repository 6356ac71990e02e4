"""Who acts in the demonstration: an invented district, its units, people and accounts.

The sums are those that S003A prints: 48 units with lead tasks of 358 in all, 171 leads collected, and
11 units that complete theirs. Who the units and people are is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.demonstration.step import Step
from domain.model.roles import Role

DISTRICT = "demo-u00"
OFFICE = "demo-office"
SECOND_OFFICE = "demo-office-2"
GROUP = "demo-group"
BUREAU = "demo-bureau"
COMPLAINTS = "demo-complaints"

VISITOR = "demo-visitor"
VISITOR_ROLES = (Role.LGO, Role.LG, Role.INV, Role.UNIT)
"""Whoever looks around: may try most commands, and certify nothing that they recorded themselves."""

SET_UP = "2009-06-22"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with a lead task: how many leads it was to collect, and how many it did."""

    number: int
    name: str
    kind: str
    task: int
    collected: int

    @property
    def unit_id(self) -> str:
        """Its id, which is also the account of its clerk."""
        return f"demo-u{self.number:02}"

    @property
    def head(self) -> str:
        """The person who leads it."""
        return f"demo-h{self.number:02}"

    @property
    def participants(self) -> tuple[str, ...]:
        """Who its leads are credited to: two officials, or a department as a whole."""
        number = f"demo-p{self.number:02}"
        return (number,) if self.kind == "区直单位" else (f"{number}a", f"{number}b")


# Name, task, leads collected. 120 + 48 + 70 + 120 = 358 tasks; 60 + 27 + 40 + 44 = 171 leads;
# tasks completed: 3 + 2 + 3 + 3 = 11.
_TOWNSHIPS = """
云溪镇 10 10|白沙镇 10 4|枫林镇 10 3|石塘镇 10 11|双桥镇 10 3|梅岭乡 10 5
龙潭乡 10 2|文水镇 10 10|竹山乡 10 4|清泉镇 10 3|高坪乡 10 3|柳湖镇 10 2
"""
_STREETS = "城东街道 8 8|城西街道 8 3|滨江街道 8 9|南门街道 8 2|北苑街道 8 3|新安街道 8 2"
_DEPARTMENTS = """
区招商局 7 8|区工业园区管委会 7 7|区中小企业局 7 7|区发改委 7 4|区经贸委 7 3|区工商联 7 3
区建设局 7 2|区国土资源分局 7 2|区财政局 7 3|区交通局 7 1
区科技局 6 6|区农业局 6 6|区教育局 6 1|区民政局 6 1|区人事劳动局 6 2|区水利局 6 1|区林业局 6 2
区旅游局 6 7|区文化局 6 1|区卫生局 6 2|区计生委 6 1|区审计局 6 1|区统计局 6 1|区环保局 6 2
区安监局 6 1|区粮食局 6 2|区供销社 6 2|区总工会 6 1|团区委 6 2|区妇联 6 2
"""
_GIVEN = "文涛 雪芹 国安 晓岚 长林 玉梅 志远 春燕 建新 丽华 永康 秀珍 海波 慧敏 德生 桂香 立群 素云"
_SURNAMES = "陈 林 黄 周 吴 徐 孙 胡 朱 高 何 郭"


def _units() -> Iterator[Unit]:
    number = 0
    for kind, rows in (("乡镇", _TOWNSHIPS), ("街道", _STREETS), ("区直单位", _DEPARTMENTS)):
        for row in rows.replace("\n", "|").split("|"):
            if row.strip():
                number += 1
                name, task, collected = row.split()
                yield Unit(number, name, kind, int(task), int(collected))


UNITS = tuple(_units())


def unit(number: int) -> Unit:
    """A unit by its number, from 1."""
    return UNITS[number - 1]


CENTRE = (
    (OFFICE, "demo-q01", "LGO"),
    (GROUP, "demo-q02", "LG"),
    (SECOND_OFFICE, "demo-q03", "LGO"),
    (BUREAU, "demo-q04", "INV"),
    (COMPLAINTS, "demo-q05", "CPC"),
)
"""The accounts of the district's own offices; the office opens all but the first two."""

CADRES = tuple(u.participants[0] for u in UNITS[:6])
"""Officials with accounts of their own, who register their leads themselves."""


def cast() -> list[Step]:
    """The district, its offices and accounts, its units, and those who take part."""
    steps = [_account(account, person, DISTRICT, role) for account, person, role in CENTRE]
    steps.append(_unit(DISTRICT, "青禾区", "县市区", None))
    for one in UNITS:
        steps.append(_unit(one.unit_id, one.name, one.kind, DISTRICT))
        clerk = f"demo-k{one.number:02}"
        steps.append(_account(one.unit_id, clerk, one.unit_id, "UNIT"))
        steps.extend(_participants(one))
    steps += [_account(cadre, cadre, cadre[:-1].replace("p", "u"), "PART") for cadre in CADRES]
    return steps


def _account(account: str, person: str, unit_id: str, role: str) -> Step:
    by = None if account in (OFFICE, GROUP) else OFFICE
    body = {"account": account, "person": person, "unit": unit_id, "roles": [role]}
    return Step(f"account {account}", by, "open-account", {"occurred_on": SET_UP, **body})


def _unit(unit_id: str, name: str, kind: str, parent: str | None) -> Step:
    body = {"unit_id": unit_id, "name": name, "kind": kind, "parent": parent}
    return Step(f"unit {unit_id}", OFFICE, "register-unit", {"occurred_on": SET_UP, **body})


def _participants(one: Unit) -> Iterator[Step]:
    for which, participant in enumerate(one.participants):
        natural = one.kind != "区直单位"
        body = {
            "occurred_on": SET_UP,
            "participant_id": participant,
            "name": _person(2 * one.number + which) if natural else one.name,
            "kind": "镇干部" if natural else "单位",
            "unit_id": one.unit_id,
        }
        yield Step(f"participant {participant}", one.unit_id, "register-participant", body)


def _person(number: int) -> str:
    surnames, given = _SURNAMES.split(), _GIVEN.split()
    return surnames[number % len(surnames)] + given[number % len(given)]


# Enterprises that S003A names as visited; the others are composed and stand for nobody.
NAMED = ("银鹭集团", "达利集团", "中绿集团", "亲亲股份", "康师傅")
_PLACES = (
    "东莞 深圳 惠州 中山 佛山 广州 珠海 泉州 厦门 晋江 石狮 温州 台州 宁波 义乌 杭州 绍兴 昆山 上海"
).split()
_STEMS = (
    "恒砾 启泓 昊宸 锐桐 泽屿 鸿荞 嘉檀 盛渠 凯沅 瑞朔 万珩 博垚 佳菱 永槐 百筠 金簧 天栩 远旸 "
    "德荃 明隽 安庾 宏珀 新棠"
).split()
TRADES = ("电子", "光电", "塑胶", "医药", "化工", "铜业", "食品", "服装", "玩具", "灯饰", "五金")


def enterprise(number: int) -> str:
    """An invented enterprise; no two of the first 437 have the same name."""
    place, stem = _PLACES[number % len(_PLACES)], _STEMS[number % len(_STEMS)]
    return f"{place}{stem}{TRADES[number % len(TRADES)]}有限公司"
