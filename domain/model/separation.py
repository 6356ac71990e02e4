"""Separation of duties: nobody certifies what they claimed themselves (SPEC §3.0)."""

from __future__ import annotations

from collections.abc import Iterable

from domain.model.errors import DutiesNotSeparated
from domain.model.event import Recorded


def require_other_hands(
    verdict: Recorded,
    claim: Recorded,
    zh: str,
    en: str,
    *,
    claimants: Iterable[str] = (),
) -> None:
    """DutiesNotSeparated if whoever gave the verdict made, or was named in, the claim (SPEC §3.0).

    Compared are the account, its person and the person acted for on both sides; `claimants` are
    further persons to whom the claim belongs. `zh` and `en` name what was claimed. The position is
    that of whichever of the two is recorded already; of both, the verdict's.
    """
    judges = {verdict.actor.person, verdict.on_behalf_of} - {None}
    if judges.isdisjoint(claimants) and not any(
        claim.is_by(judge, verdict.actor.account) for judge in judges if judge is not None
    ):
        return
    if verdict.is_new:
        raise DutiesNotSeparated(
            f"{zh}由本账号或本人登记（第{claim.position}号记录），须由他人认定",
            f"{en} was recorded by this account or person (event {claim.position}); "
            "somebody else must judge it",
            clause="SPEC §3.0",
            position=claim.position,
        )
    raise DutiesNotSeparated(
        f"{zh}（第{claim.position}号记录）是认定人自己的申报（第{verdict.position}号记录）；"
        "认定及其更正须由他人办理，如已认定请先撤销该认定",
        f"{en} (event {claim.position}) would be the claim of whoever judges it "
        f"(event {verdict.position}); a verdict and its correction are for somebody else, "
        "revoke the verdict first where it stands",
        clause="SPEC §3.0",
        position=verdict.position,
    )
