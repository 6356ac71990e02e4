"""What rests on what: an event is not revoked, or changed, from under those that build on it.

An event rests on a subject if it carries the subject's tag, unless it merely names a person or a rival
that need not be on record. Whoever cleans up goes from the last to the first, so everything can be
revoked in some order and no half of a story is left behind (docs/decisions/0006).
"""

from __future__ import annotations

from domain.model.deliberation import Deliberation
from domain.model.effective import Amendment
from domain.model.errors import RuleBroken
from domain.model.event import EVENTS, Recorded
from domain.model.subjects import mentions, tag


def refuse_while_rested_on(case: Deliberation, standing: Recorded) -> None:
    """RuleBroken while an effective event mentions a subject that `standing` introduced."""
    for introduced in standing.event.introduced():
        resting = resting_on(case, introduced, standing)
        if not resting:
            continue
        first, kind = resting[0], type(resting[0].event)
        raise RuleBroken(
            f"第{first.position}号记录“{kind.title_zh}”仍以{introduced}为据"
            f"（共{len(resting)}件）；请先撤销或更正这些记录，再撤销第{standing.position}号记录",
            f"event {first.position}, {kind.__name__}, still rests on {introduced} "
            f"({len(resting)} in all); revoke or correct those first, "
            f"then event {standing.position}",
            clause="SPEC G8",
            position=first.position,
        )


def refuse_while_copied(case: Deliberation, before: Recorded, after: Recorded) -> None:
    """RuleBroken if a field changes that later decisions took over from this event.

    They hold it among their `settled` fields under the same name: the project of a signing stands
    in its verdict as well.
    """
    fields = type(after.event).model_fields
    changed = {n for n in fields if getattr(before.event, n) != getattr(after.event, n)}
    introduced = after.event.created_tag
    if introduced is None or not changed:
        return
    for other in resting_on(case, introduced, after):
        for name in sorted(changed.intersection(type(other.event).settled)):
            if getattr(other.event, name) != getattr(after.event, name):
                raise RuleBroken(
                    f"第{other.position}号记录“{type(other.event).title_zh}”沿用了此处的 {name}；"
                    "请先撤销该记录，更正后再重新登记",
                    f"event {other.position}, {type(other.event).__name__}, took {name} over from "
                    "here; revoke that first, and record it anew after the correction",
                    clause="SPEC G8",
                    position=other.position,
                )


def resting_on(case: Deliberation, introduced: str, itself: Recorded) -> list[Recorded]:
    """The effective events that rest on a subject, besides the one that introduced it."""
    kinds = tuple(k for k in EVENTS.values() if not issubclass(k, Amendment))
    return [
        recorded
        for recorded in case.events(introduced, *kinds)
        if recorded.position != itself.position and not _loosely(recorded, introduced)
    ]


def _loosely(recorded: Recorded, wanted: str) -> bool:
    """Whether an event carries a tag only because it names somebody who need not be on record."""
    said = [(tag(subject.kind, value), subject) for _, subject, value in mentions(recorded.event)]
    loose = {named for named, subject in said if subject.loose}
    if recorded.on_behalf_of is not None:
        loose.add(tag("participant", recorded.on_behalf_of))
    firm = {named for named, subject in said if not subject.loose} | set(
        recorded.event.extra_tags()
    )
    return wanted in loose - firm
