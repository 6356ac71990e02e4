"""Rankings of participants by what they achieved: leads, negotiations, signings, starts (SPEC §6 K1–K4).

Ranked is everybody who achieved something, and, last with 0, everybody of the competing kinds who was
asked to: a campaign that hands out tasks asks those who have one, themselves or through a unit they
belong to (a unit without a task is not ranked); one that has targets only as a whole, or none, asks all
(S002-03). A zero never wins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from projections import contributions, project_contributions
from projections.asof import AsOf
from projections.choices import flag, names, one_of
from projections.contributions import Contribution, Scope, once
from projections.organisation import Organisation, organisation
from projections.rate_rules import one_pass
from projections.rulebook import Connection, parameters
from projections.tasks import Campaign, campaign, tasks, whole

Kind = Literal["leads", "negotiations", "signings", "commencements"]
KINDS: tuple[Kind, ...] = ("leads", "negotiations", "signings", "commencements")

RULES: tuple[str, ...] = (
    "rank.method",
    "rank.kinds",
    "rank.rollup_natural_village",
    "s002.rank_groups",
)
RULES_OF: dict[Kind, tuple[str, ...]] = {
    "leads": ("lead.countable_kinds", "lead.dedupe"),
    "negotiations": ("negotiation.count",),
    "signings": ("rank.signing_levels", "signing.first_only", "target.signing_basis"),
    "commencements": (),
}
"""The further rule parameters that each ranking rests on."""


@dataclass(frozen=True, slots=True)
class Place:
    """One participant's place. `tied` says that others of its group have the same value."""

    rank: int
    participant: str
    value: int
    tied: bool
    members: tuple[Contribution, ...] = ()
    group: str | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """What places are ordered by, the same for every page of one ranking."""
        return (self.group or "", self.rank, self.participant)

    @property
    def may_win(self) -> bool:
        """Whether a prize may go here: zero never wins one, wherever it is ranked (SPEC §6)."""
        return self.value > 0

    def in_answer(self) -> dict[str, Any]:
        """The row as answers show it."""
        return {
            "rank": self.rank,
            "participant": self.participant,
            "value": self.value,
            "tied": self.tied,
            "members": [one.in_answer() for one in self.members],
            "group": self.group,
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """The places of one ranking, and what nobody registered could be credited with."""

    kind: Kind
    places: list[Place]
    uncredited: list[Contribution]


def ranking(
    connection: Connection,
    asof: AsOf,
    kind: Kind,
    campaign_id: str | None = None,
    *,
    by_kind: bool | None = None,
) -> Ranking:
    """One ranking, of a campaign or of everything up to the cutoff; SubjectUnknown, RuleNotSet.

    `by_kind` ranks each kind of participant by itself, or all in one list; by rule unless said.
    """
    with one_pass(connection):
        return _ranking(connection, asof, kind, campaign_id, by_kind)


def _ranking(
    connection: Connection,
    asof: AsOf,
    kind: Kind,
    campaign_id: str | None,
    by_kind: bool | None,
) -> Ranking:
    values = parameters(connection, asof, (*RULES, *RULES_OF[kind]))
    org = organisation(connection, asof, rollup_hamlets=flag(values, "rank.rollup_natural_village"))
    scope, found = Scope(asof), None
    if campaign_id is not None:
        found = campaign(connection, asof, campaign_id)
        scope = Scope(asof, campaign_id, found.start, found.end)
    achieved = _achieved(connection, kind, scope, org, values)
    credited = _credited(achieved, org)
    asked = _asked(connection, asof, found, org, names(values, "rank.kinds"))
    if by_kind is None:
        by_kind = one_of(values, "s002.rank_groups", "all", "by_kind") == "by_kind"
    ranked = places(
        {who: credited.get(who, []) for who in {*credited, *asked}},
        method=one_of(values, "rank.method", "competition", "dense"),
        groups={who: org.participants[who].kind for who in {*credited, *asked}} if by_kind else {},
    )
    uncredited = [one for one in achieved if one.participant not in org.participants]
    return Ranking(kind, ranked, uncredited)


def _achieved(
    connection: Connection, kind: Kind, scope: Scope, org: Organisation, values: Mapping[str, Any]
) -> list[Contribution]:
    match kind:
        case "leads":
            return contributions.valuable_leads(connection, scope, org, values)
        case "negotiations":
            return project_contributions.negotiations(connection, scope, org, values)
        case "signings":
            levels = names(values, "rank.signing_levels")
            return project_contributions.signings(connection, scope, org, values, levels)
        case "commencements":
            return project_contributions.commencements(connection, scope, org)


def _credited(achieved: Iterable[Contribution], org: Organisation) -> dict[str, list[Contribution]]:
    """What each participant achieved, each thing once."""
    by_whom: dict[str, list[Contribution]] = defaultdict(list)
    for one in achieved:
        who = one.participant
        if who is not None and who in org.participants:
            by_whom[who].append(one)
            if (village := org.village_of(who)) is not None:
                by_whom[village].append(one)
    return {who: once(own) for who, own in by_whom.items()}


def _asked(
    connection: Connection,
    asof: AsOf,
    found: Campaign | None,
    org: Organisation,
    kinds: list[str],
) -> set[str]:
    """The participants of the competing kinds who are ranked even with nothing achieved."""
    competing = {who for who, known in org.participants.items() if known.kind in kinds}
    if found is None:
        return competing
    set_tasks = tasks(connection, asof, found.campaign_id)
    at_large = whole(found, org, set_tasks)
    assignees = {(t.assignee_kind, t.assignee) for t in set_tasks if t.assignee not in at_large}
    if not assignees:
        return competing
    return {
        who
        for who in competing
        if ("participant", who) in assignees
        or any(("unit", unit) in assignees for unit in org.above(org.unit_of(who)))
    }


def places(
    achieved: Mapping[str, list[Contribution]],
    *,
    method: str = "competition",
    groups: Mapping[str, str] | None = None,
) -> list[Place]:
    """Places by value, highest first, within each group; equal values share a rank.

    `competition` skips the ranks that a tie takes up (1, 2, 2, 4), `dense` does not (1, 2, 2, 3).
    Participants of one rank stand in the order of their ids.
    """
    by_group: dict[str | None, dict[str, list[Contribution]]] = defaultdict(dict)
    for who, own in achieved.items():
        by_group[(groups or {}).get(who)][who] = own
    ranked = []
    for group, members in by_group.items():
        sharing = Counter(len(own) for own in members.values())
        rank_of, better = {}, 0
        for value in sorted(sharing, reverse=True):
            rank_of[value] = 1 + better
            better += 1 if method == "dense" else sharing[value]
        ranked += [
            Place(
                rank=rank_of[len(own)],
                participant=who,
                value=len(own),
                tied=sharing[len(own)] > 1,
                members=tuple(own),
                group=group,
            )
            for who, own in members.items()
        ]
    return sorted(ranked, key=lambda place: place.key)
