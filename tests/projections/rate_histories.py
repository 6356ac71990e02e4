"""Random histories of projects, from signing to production, with corrections and revocations."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from domain.model.errors import Refusal
from domain.model.money import Money
from tests.projections.rated import RatedBureau

FIRST, LAST = date(2010, 10, 1), date(2013, 6, 30)
CURRENCIES = ("CNY", "CNY", "CNY", "USD", "JPY", "KWD")
LEVELS = ("意向", "框架", "协议", "正式合同", "正式合同", "正式合同")
ORIGINS = ("外资", "港澳台", "省外", "市外", "县外", "本地")
PROJECTS = 20
AUTHORITIES = ("县", "区", "市")


class RateHistory:
    """Grows a record by random commands; those refused are part of life."""

    def __init__(self, rated: RatedBureau, random: Random) -> None:
        self.rated = rated
        self.bureau = rated.bureau
        self.random = random
        self.step = 0
        self.projects: list[str] = []
        self.signings: list[tuple[str, str]] = []
        self.arrivals: list[tuple[str, str, Money]] = []
        self.events: list[tuple[int, str]] = []

    def grow(self, steps: int) -> None:
        """Give `steps` commands, each some days after the one before or before it."""
        acts = {
            self.open: 8,
            self.sign: 12,
            self.verify: 14,
            self.amend: 8,
            self.terminate: 3,
            self.register: 5,
            self.report: 9,
            self.recognise: 12,
            self.withdraw: 4,
            self.certify: 6,
            self.produce: 4,
            self.correct: 10,
            self.revoke: 7,
        }
        for self.step in range(steps):
            (act,) = self.random.choices(list(acts), list(acts.values()))
            try:
                act()
            except (Refusal, IndexError, ValueError):  # ValueError: a field that may not hold that
                continue

    def day(self) -> str:
        """Some day, the turns of years more often than others."""
        if self.random.random() < 0.15:
            return self.random.choice(("2010-12-31", "2011-01-01", "2011-12-31", "2012-12-31"))
        span = (LAST - FIRST).days
        return (FIRST + timedelta(self.random.randrange(span))).isoformat()

    def money(self, currency: str, at_most: int | None = None) -> dict[str, str]:
        """An amount with the currency's own decimals, of `at_most` so many minor units."""
        largest = self.random.choice((10**6, 10**9, 10**11))
        minor = self.random.randint(1, at_most or largest)
        return Money(currency=currency, minor=minor).in_major_units()

    def fx(self, currency: str) -> dict[str, str] | None:
        """A rate for a foreign currency."""
        if currency == "CNY":
            return None
        rate = f"{self.random.randint(0, 8)}.{self.random.randint(1, 10**6)}"
        return {"rate": rate, "date": "2012-01-01", "source": "中国人民银行"}

    def _did(self, kind: str, position: int) -> None:
        self.events.append((position, kind))

    def open(self) -> None:
        """A project in one of two counties, a dozen or two in all."""
        if len(self.projects) >= PROJECTS:
            return
        project = f"pr{self.step}"
        seat, origin = self.random.choice(("u1", "u2")), self.random.choice(ORIGINS)
        position = self.bureau.project(project, seat, self.day(), funds_origin=origin)
        self.projects.append(project)
        self._did("project", position)

    def sign(self) -> None:
        """A signing, now and then without any amount."""
        on, signing = self.day(), f"s{self.step}"
        currency = self.random.choice(CURRENCIES)
        funds = self.money(currency) if self.random.random() < 0.9 else None
        total = self.money(currency) if self.random.random() < 0.8 else None
        position = self.bureau.record(
            "record-signing",
            on,
            signing_id=signing,
            project_id=self.random.choice(self.projects),
            level=self.random.choice(LEVELS),
            signed_on=on if self.random.random() < 0.8 else self.day(),
            contract_introduced_funds=funds,
            total_investment=total,
            fx=self.fx(currency) if funds or total else None,
            campaign_id=self.random.choice(("c1", None)),
        )
        self.signings.append((signing, currency))
        self._did("signing", position)

    def verify(self) -> None:
        """A check, mostly in favour."""
        signing, _ = self.random.choice(self.signings[-8:])
        said: dict[str, Any] = {"signing_id": signing, "ok": self.random.random() < 0.85}
        self._did("verdict", self.bureau.judge("verify-signing", self.day(), **said))

    def amend(self) -> None:
        """A supplement, with a rate of its own or without."""
        signing, currency = self.random.choice(self.signings)
        said: dict[str, Any] = {"signing_id": signing}
        if self.random.random() < 0.8:
            said["contract_introduced_funds"] = self.money(currency)
        if self.random.random() < 0.4 or len(said) == 1:
            said["total_investment"] = self.money(currency)
        if self.random.random() < 0.5:
            said["fx"] = self.fx(currency)
        self._did("supplement", self.bureau.record("amend-signing", self.day(), **said))

    def terminate(self) -> None:
        """The end of a signing."""
        signing, _ = self.random.choice(self.signings)
        on = self.day()
        said: dict[str, Any] = {"signing_id": signing, "cause": "投资方", "on": on}
        self._did("dated", self.bureau.record("terminate-signing", on, **said))

    def register(self) -> None:
        """A company."""
        self._did("dated", self.rated.registered(self.random.choice(self.projects), self.day()))

    def report(self) -> None:
        """An arrival in some currency."""
        project = self.random.choice(self.projects)
        amount = self.money(self.random.choice(CURRENCIES))
        said = {"arrival_id": f"a{self.step}", "amount": amount}
        arrival = self.rated.reported(project, self.day(), 0, **said)
        self.arrivals.append((arrival, project, Money.model_validate(amount)))
        self._did("arrival", self.bureau.projector.catch_up())

    def recognise(self) -> None:
        """A recognition by some authority, often of less than was reported."""
        arrival, _, reported = self.random.choice(self.arrivals[-6:])
        currency, minor = reported.currency, reported.minor
        self._did(
            "recognition",
            self.rated.recognised(
                arrival,
                self.day(),
                0,
                amount=self.money(currency, minor),
                fx=self.fx(currency),
                authority=self.random.choice(AUTHORITIES),
            ),
        )

    def withdraw(self) -> None:
        """Funds taken out."""
        _, project, came = self.random.choice(self.arrivals)
        currency, on = self.random.choice((came.currency, "CNY")), self.day()
        said: dict[str, Any] = {
            "amount": self.money(currency, 1000),
            "fx": self.fx(currency),
            "on": on,
        }
        position = self.bureau.judge("withdraw-fund", on, project_id=project, **said)
        self._did("dated", position)

    def certify(self) -> None:
        """A start, certified or deemed."""
        project, on = self.random.choice(self.projects), self.day()
        if self.random.random() < 0.3:
            said: dict[str, Any] = {"project_id": project, "on": on, "reason": "land_blocked"}
            position = self.bureau.judge("certify-deemed-commencement", on, **said)
        else:
            position = self.rated.started(project, on)
        self._did("dated", position)

    def produce(self) -> None:
        """Production."""
        self._did("dated", self.rated.producing(self.random.choice(self.projects), self.day()))

    def correct(self) -> None:
        """A correction of something that the rates depend on."""
        target, kind = self.random.choice(self.events)
        possible: dict[str, list[dict[str, Any]]] = {
            "project": [
                {"funds_origin": self.random.choice(ORIGINS)},
                {"jurisdiction": self.random.choice(("u1", "u2"))},
            ],
            "signing": [
                {"signed_on": self.day()},
                {"level": self.random.choice(LEVELS)},
                {"contract_introduced_funds": self.money("CNY")},
                {"contract_introduced_funds": None},
                {"project_id": self.random.choice(self.projects)},
            ],
            "verdict": [{"ok": self.random.random() < 0.5}],
            "supplement": [{"total_investment": self.money("CNY")}],
            "arrival": [{"received_on": self.day()}, {"amount": self.money("CNY")}],
            "recognition": [{"authority": self.random.choice(AUTHORITIES)}],
            "dated": [{"on": self.day()}],
            "amendment": [{"reason": "改"}],
        }
        changes = self.random.choice(possible[kind])
        if self.random.random() < 0.3:
            changes = {"occurred_on": self.day()}
        self._did("amendment", self.bureau.correct(target, **changes))

    def revoke(self) -> None:
        """A revocation, of an amendment as well."""
        target, _ = self.random.choice(self.events)
        self._did("amendment", self.bureau.revoke(target))
