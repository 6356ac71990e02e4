"""Visits to 57 enterprises and inspections by 93 investors, as S003A counts them (SPEC §4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from api.demonstration.cast import NAMED, SECOND_OFFICE, Unit, unit
from api.demonstration.leads import LEADS
from api.demonstration.step import PositionOf, Step
from api.demonstration.window import after, told


def journeys() -> list[Step]:
    """Out to the enterprises, and their people in to see the sites."""
    return [*_visits(), *_inspections()]


def _visit(name: str, one: Unit, visited: str, day: int, direction: str, purpose: str) -> Step:
    return told(
        name,
        one.unit_id,
        "visit-enterprise",
        after(day),
        enterprise=visited,
        direction=direction,
        purpose=purpose,
        led_by=one.head,
        by_unit=one.unit_id,
    )


def _visits() -> Iterator[Step]:
    """57 enterprises: 5 that the source names and 52 investors of leads; some were visited twice.

    Visits within the district serve those who are here already, and are none of the 57.
    """
    for index, name in enumerate(NAMED):
        yield _visit(f"visit to {name}", unit(index + 1), name, 30 + index, "外出", "推介")
    followed = [lead for lead in LEADS if lead.number % 3 == 0][:52]
    for lead in followed:
        day, visited = lead.day + 3, lead.investor["name"]
        yield _visit(f"visit for {lead.lead_id}", lead.unit, visited, day, "外出", "推介")
    # The same enterprises again, one of them spelt in traditional characters.
    again = ["銀鷺集團", "康师傅", *(lead.investor["name"] for lead in followed[:4])]
    for index, name in enumerate(again):
        yield _visit(f"second visit {index}", unit(19 + index), name, 86, "外出", "推介")
    for index, name in enumerate(("青禾区云溪木业有限公司", "青禾区滨江印务有限公司")):
        yield _visit(f"service visit {index}", unit(20), name, 50 + index, "本地", "服务")


def _inspection(name: str, one: Unit, investor: object, day: int, **more: object) -> Step:
    return told(
        name,
        one.unit_id,
        "hold-site-inspection",
        after(day),
        investor=investor,
        delegates=2 + day % 5,
        by_unit=one.unit_id,
        received_by=one.head,
        sites=[("新工业园", "生态工业园", "电子工业城")[day % 3]],
        **more,
    )


def _inspections() -> Iterator[Step]:
    """93 investors came: 康师傅 and 92 of those behind leads. One visit was recorded twice."""
    noodles = {"name": "康师傅", "country": "TW"}
    yield _inspection("inspection by 康师傅", unit(1), noodles, 60)
    even = [lead for lead in LEADS if lead.number % 2 == 0]
    odd = [lead for lead in LEADS if lead.number % 2 == 1]
    for lead in [*even, *odd][:92]:
        name = f"inspection for {lead.lead_id}"
        day = lead.day + 5
        yield _inspection(name, lead.unit, lead.investor, day, lead_id=lead.lead_id)
    yield _inspection("inspection recorded twice", unit(14), noodles, 60)
    yield told(
        "inspection revoked",
        SECOND_OFFICE,
        "revoke-event",
        after(66),
        target=PositionOf("inspection recorded twice"),
        reason="与先前登记为同一批客商，重复登记",
    )
