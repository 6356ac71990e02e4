"""Random commands over few leads, projects and slips, so that they get in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from domain.catalogue import COMMANDS
from domain.model.command import Command
from domain.model.roles import Actor
from tests.domain.bodies import a_lead, a_project, a_slip, an_arrival, yuan
from tests.scenario import actor

ACTORS = tuple(actor(name) for name in ("chen", "lin", "wu"))
INVESTORS = ("中绿集团", "达利集团", "亲亲股份")
EPOCH = 40
"""So many commands speak of the same investors and slips; then others come."""
BUREAU: tuple[tuple[str, dict[str, Any]], ...] = (
    ("register-unit", {"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}),
    *(
        (
            "register-participant",
            {"participant_id": who, "name": who, "kind": "单位", "unit_id": "u1"},
        )
        for who in ("p1", "p2")
    ),
)
"""What has to be in the record before a life begins."""

Given = tuple[UUID, Command, Actor]
"""One command with its id, and who gives it."""


def given(random: Random, slug: str, body: dict[str, Any], by: Actor) -> Given:
    """A command as a client sends it, under an id of its own."""
    command = COMMANDS[slug].model_validate({"occurred_on": "2012-07-02", **body})
    return UUID(int=random.getrandbits(128), version=4), command, by


def bureau(random: Random) -> list[Given]:
    """The commands that found the bureau."""
    return [given(random, slug, body, ACTORS[0]) for slug, body in BUREAU]


class Life:
    """Makes up commands; `newest` tells the last position and `kind` what stands at one.

    Lives that share their `ids` speak of the same leads, projects and arrivals.
    """

    def __init__(
        self,
        random: Random,
        newest: Callable[[], int],
        kind: Callable[[int], str],
        ids: dict[str, list[str]] | None = None,
    ) -> None:
        self._random = random
        self._newest = newest
        self._kind = kind
        self._made = 0
        self._ids: dict[str, list[str]] = {"l": [], "pr": [], "a": []} if ids is None else ids

    def next(self) -> Given:
        """The next command; many are refused, as in life."""
        random = self._random
        self._made += 1
        make = random.choices(
            (self._lead, self._judgement, self._project, self._arrival, self._verdict, self._amend),
            (28, 16, 10, 20, 10, 16),
        )[0]
        slug, body = make()
        return given(random, slug, body, random.choice(ACTORS))

    def _new(self, kind: str) -> str:
        """An id that is mostly free."""
        given = self._ids[kind]
        if given and self._random.random() < 0.15:
            return self._random.choice(given[-3:])
        given.append(f"{kind}{len(given)}")
        return given[-1]

    def _some(self, kind: str) -> str:
        """An id that was given lately, here or by a neighbour."""
        given = self._ids[kind]
        return self._random.choice(given[-6:]) if given else f"{kind}0"

    def _investor(self) -> dict[str, str]:
        name = f"{self._random.choice(INVESTORS)}{self._made // EPOCH}"
        coded = self._random.random() < 0.2
        code = {"credit_code": f"{self._made // EPOCH:08}MA1FL3AB0A"}
        return {"name": name, "country": "CN", **(code if coded else {})}

    def _lead(self) -> tuple[str, dict[str, Any]]:
        random = self._random
        return "register-lead", a_lead(
            self._new("l"),
            registrant=random.choice(("p1", "p2")),
            investor=self._investor(),
            intended_project=random.choice(("食品厂", "物流园", None)),
        )

    def _judgement(self) -> tuple[str, dict[str, Any]]:
        lead = self._some("l")
        passed = dict.fromkeys(
            ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
        )
        return self._random.choice(
            (
                ("verify-lead", {"lead_id": lead, "valuable": True, "tests": passed}),
                ("reject-lead", {"lead_id": lead, "ground": "查无此企业"}),
                (
                    "mark-lead-duplicate",
                    {"lead_id": lead, "of_lead_id": self._some("l"), "basis": "同一项目"},
                ),
            )
        )

    def _project(self) -> tuple[str, dict[str, Any]]:
        random = self._random
        lead = self._some("l") if random.random() < 0.5 else None
        return "open-project", a_project(self._new("pr"), investor=self._investor(), lead_id=lead)

    def _arrival(self) -> tuple[str, dict[str, Any]]:
        slip = a_slip(f"{self._made // 8:04}")
        return "report-fund-arrival", an_arrival(
            self._new("a"), project_id=self._some("pr"), evidence=[slip]
        )

    def _verdict(self) -> tuple[str, dict[str, Any]]:
        arrival = self._some("a")
        if self._random.random() < 0.7:
            body = {"arrival_id": arrival, "amount_recognised": yuan("800.00"), "authority": "县"}
            return "recognise-fund-arrival", body
        return "refuse-fund-arrival", {"arrival_id": arrival, "ground": "无凭证"}

    def _amend(self) -> tuple[str, dict[str, Any]]:
        random = self._random
        target = max(len(BUREAU) + 1, self._newest() - random.randrange(25))
        if random.random() < 0.5:
            return "revoke-event", {"target": target, "reason": "有误"}
        changes: dict[str, Any] = {"occurred_on": random.choice(("2012-06-29", "2012-07-01"))}
        match self._kind(target):
            case "LeadRegistered":
                changes |= {
                    "investor": self._investor(),
                    "registrant": random.choice(("p1", "p2")),
                }
            case "ProjectOpened":
                changes |= {"investor": self._investor()}
            case "FundArrivalReported":
                changes = {"evidence": [a_slip(f"{self._made // 8:04}")]}
        return "correct-event", {"target": target, "changes": changes, "reason": "有误"}
