"""The events every contender stores: one shape, one size, so that only the stores differ.

An event is a line of JSON of about 600 bytes as DESIGN §3 draws it, with three tags. A client
writes to a project of its own and moves on to a new one after twenty events, which is about what
one project of the register collects in its life.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from uuid import uuid4

EVENTS_PER_PROJECT = 20
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015" * 2
TYPES = ("FundArrivalReported", "FundArrivalRecognised", "FundArrivalRefused", "SigningRecorded")


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be stored, before any contender has put it into its own form."""

    type: str
    body: dict[str, object]
    tags: list[str]
    project: str
    nth: int  # of its project, from 0: what a stream-based store expects as version
    text: str  # the body as one JSON line in the record's form: keys sorted, no spaces


def fact(project: str, nth: int) -> Fact:
    """Return the ``nth`` event of ``project``."""
    type_ = TYPES[nth % len(TYPES)]
    tags = [f"investor:{project[-6:]}", f"project:{project}", "unit:hedong"]
    body: dict[str, object] = {
        "actor": {"account": "bench", "person": "p1", "role": "INV", "unit": "hedong"},
        "command_id": str(uuid4()),
        "data": {
            "amount": {"currency": "CNY", "minor": 1_250_000_000 + nth},
            "arrival_id": f"a-{project}-{nth}",
            "form": "人民币现金",
            "origin": "省外",
            "project_id": project,
            "purpose": "基建",
            "received_on": "2012-06-28",
        },
        "documents": [
            {
                "no": f"JZ-{nth:06}",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015" * 2,
                "title": "进账单",
            }
        ],
        "occurred_on": "2012-06-28",
        "tags": tags,
        "type": type_,
        "version": 1,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Fact(type_, body, tags, project, nth, text)


def project_tag(project: str) -> str:
    """Return the tag that conditions of this workload look for."""
    return f"project:{project}"


def one_clients_facts(ready: int = 0) -> Iterator[Fact]:
    """Yield facts without end: twenty for one fresh project, then the next project.

    The first ``ready`` of them are made at once, so that making them is no part of what is timed.
    """
    endless = _endless_facts()
    return chain(list(islice(endless, ready)), endless)


def ready_for(clients: int, seconds: float) -> int:
    """Return how many facts a client should have ready: enough for 10,000 a second in all."""
    return round(10_000 * seconds / clients)


def _endless_facts() -> Iterator[Fact]:
    while True:
        project = uuid4().hex
        for nth in range(EVENTS_PER_PROJECT):
            yield fact(project, nth)
