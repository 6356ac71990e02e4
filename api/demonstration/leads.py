"""The 171 leads of S003A, what was judged of them, and two more that do not count (SPEC §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.demonstration.cast import BUREAU, CADRES, OFFICE, TRADES, UNITS, Unit, enterprise, unit
from api.demonstration.deals import DEALS, Deal
from api.demonstration.step import Step
from api.demonstration.window import after, told

_PASSED = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)
_CHANNELS = (
    "小分队招商",
    "以商招商",
    "亲情招商",
    "产业招商",
    "网上招商",
    "行业协会招商",
    "能人招商",
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One of the 171 leads: the `index`th of its unit, and the `number`th of all."""

    number: int
    index: int
    unit: Unit

    @property
    def lead_id(self) -> str:
        """Its id."""
        return f"demo-l{self.number:03}"

    @property
    def registrant(self) -> str:
        """Whose lead it is."""
        return self.unit.participants[self.index % len(self.unit.participants)]

    @property
    def day(self) -> int:
        """How many days into the campaign it was found: every unit's first in the first weeks."""
        return (self.unit.number + 13 * self.index) % 84

    @property
    def deal(self) -> Deal | None:
        """What was signed with its investor later: always on a unit's first lead."""
        return DEALS.get(self.unit.number) if self.index == 0 else None

    @property
    def investor(self) -> dict[str, str]:
        """Who would invest."""
        if self.deal is not None:
            return dict(self.deal.investor)
        return {"name": enterprise(self.number), "country": "CN"}

    @property
    def industry(self) -> str:
        """In what."""
        return self.deal.trade if self.deal else TRADES[self.number % len(TRADES)]


def _leads() -> Iterator[Lead]:
    number = 0
    for one in UNITS:
        for index in range(one.collected):
            number += 1
            yield Lead(number, index, one)


LEADS = tuple(_leads())


def leads() -> list[Step]:
    """Every lead with its verdict, then a rival that came second and a lead that was refused."""
    return [*(step for lead in LEADS for step in _lead(lead)), *_rival(), *_refused()]


def _register(lead: Lead, **changed: object) -> dict[str, object]:
    return {
        "lead_id": lead.lead_id,
        "kind": "项目" if lead.number % 5 == 0 else "投资",
        "registrant": lead.registrant,
        "channel": _CHANNELS[lead.number % len(_CHANNELS)],
        "investor": lead.investor,
        "intended_project": lead.deal.name if lead.deal else f"{lead.industry}生产项目",
        "industry": lead.industry,
        **changed,
    }


def _lead(lead: Lead) -> Iterator[Step]:
    """Registered by its own finder where they have an account, else by the unit's clerk.

    Three in four were judged within the campaign; each was collected all the same.
    """
    by = lead.registrant if lead.registrant in CADRES else lead.unit.unit_id
    name = lead.lead_id
    yield told(name, by, "register-lead", after(lead.day), **_register(lead))
    if lead.deal is not None or lead.number % 4 != 3:
        judge = (BUREAU, OFFICE)[lead.number % 2]
        valuable = lead.deal is not None or lead.number % 16 != 5
        tests = _PASSED if valuable else {**_PASSED, "has_capacity": False}
        yield told(
            f"verdict on {name}",
            judge,
            "verify-lead",
            after(lead.day + 2),
            lead_id=name,
            valuable=valuable,
            tests=tests,
        )


def _rival() -> Iterator[Step]:
    """Another unit had the same investor a day later: recorded, judged a repeat, none of the 171."""
    first = next(lead for lead in LEADS if lead.deal and lead.deal.number == 1)
    rival = unit(7)
    yield told(
        "rival lead",
        rival.unit_id,
        "register-lead",
        after(first.day + 1),
        **_register(first, lead_id="demo-l-rival", registrant=rival.participants[0]),
    )
    yield told(
        "rival judged",
        OFFICE,
        "mark-lead-duplicate",
        after(first.day + 6),
        lead_id="demo-l-rival",
        of_lead_id=first.lead_id,
        basis="同一投资方同一项目，先登记者在前；后者实有联络，留存备查",
    )


def _refused() -> Iterator[Step]:
    """A lead that did not stand up to a check: none of the 171."""
    finder = unit(28)
    untrue = {**_PASSED, "has_investor": False, "truthful": False}
    yield told(
        "doubtful lead",
        finder.unit_id,
        "register-lead",
        after(40),
        lead_id="demo-l-refused",
        kind="投资",
        registrant=finder.participants[0],
        channel="网上招商",
        investor={"name": "环宇无界国际投资集团", "country": "CN"},
        intended_project="综合性产业新城",
        industry="其他",
    )
    yield told(
        "doubtful lead screened",
        BUREAU,
        "screen-lead",
        after(42),
        lead_id="demo-l-refused",
        tests=untrue,
    )
    yield told(
        "doubtful lead refused",
        OFFICE,
        "reject-lead",
        after(45),
        lead_id="demo-l-refused",
        ground="经核查，查无此企业",
    )
