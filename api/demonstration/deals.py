"""What was signed in the campaign, as a table: 16 signings and two intents of S003A (SPEC §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.demonstration.cast import enterprise
from api.demonstration.step import ten_thousand_yuan

INTENT = "意向"
STARTED, REFUSED = "started", "refused"


@dataclass(frozen=True, slots=True)
class Deal:
    """A project that came of a unit's first lead, with the money its signing names."""

    number: int
    unit: int
    name: str
    investor: dict[str, str]
    class_: str
    trade: str
    origin: str
    level: str
    funds: dict[str, str]
    total: dict[str, str]
    start: str | None

    @property
    def project_id(self) -> str:
        """Its project."""
        return f"demo-pr{self.number:02}"

    @property
    def signing_id(self) -> str:
        """Its signing."""
        return f"demo-s{self.number:02}"


# Unit, class, trade, origin, funds and total in 万元, start. Twelve industrial of 5,000 or more add up
# to 77,600; the others to 15,300; all sixteen to 92,900.
_ROWS = """
2 工业 医药 省外 14000 14000 -
1 工业 电子 省外 5000 5000 started
3 工业 光电 市外 5000 5600 -
4 工业 铜业 省外 5200 5200 -
8 工业 化工 省外 5500 6000 started
13 工业 服装 港澳台 5600 5600 -
15 工业 电子 省外 5800 5800 -
19 工业 电子 港澳台 6000 6600 started
20 工业 光电 省外 6000 6000 -
21 工业 五金 省外 6200 6200 -
22 工业 铜业 省外 6500 7000 refused
29 工业 医药 省外 6800 7500 -
23 工业 灯饰 市外 4900 4950 -
24 服务业 楼宇经济 省外 8000 9000 -
30 农业产业化 食品 市外 1500 1500 -
36 文化旅游 旅游 县外 900 1000 -
"""
GREEN = {"name": "绿色生物工程有限公司", "country": "CN"}
"""The one signing above 1亿, named so in the source."""

_USD = {"amount": "3000000000.00", "currency": "USD"}
_INTENTS = (
    ("另类科技研发生产基地", "另类科技国际公司", "US", _USD, 5),
    ("新加坡工业园", "新加坡工业园投资财团", "SG", ten_thousand_yuan(30_000), 6),
)
"""The two agreements of intent that the source names and does not count; their investors are invented."""


def _deals() -> Iterator[Deal]:
    for number, row in enumerate(_ROWS.strip().splitlines(), 1):
        at, class_, trade, origin, funds, total, start = row.split()
        investor = GREEN if number == 1 else {"name": enterprise(300 + number), "country": "CN"}
        yield Deal(
            number,
            int(at),
            "绿色生物工程" if number == 1 else f"{trade}项目（{investor['name'][2:4]}）",
            investor,
            class_,
            trade,
            origin,
            "协议" if number % 4 == 0 else "正式合同",
            ten_thousand_yuan(int(funds)),
            ten_thousand_yuan(int(total)),
            None if start == "-" else start,
        )
    for number, (name, investor_name, country, amount, unit) in enumerate(_INTENTS, 17):
        investor = {"name": investor_name, "country": country}
        money = (amount, amount)
        yield Deal(number, unit, name, investor, "工业", "其他", "外资", INTENT, *money, None)


DEALS = {deal.unit: deal for deal in _deals()}
"""By the unit whose first lead it came of."""
