"""The process that the kill tests kill: gives commands until told otherwise, and notes each answer.

`python -m tests.simulation.writing JOB` where JOB is a JSON file: address, seed, threads, commands and
where to note what. Started again with the same job it gives the same commands under the same ids, from
the first one on.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import psycopg
from psycopg_pool import ConnectionPool

from domain.model.errors import Contended, Refusal
from eventlog.combiner import Combiner
from eventlog.outcomes import Unreachable
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Registrar
from tests.scenario import TODAY
from tests.simulation.life import BUREAU, Given, Life, bureau

AWAY = (Unreachable, psycopg.OperationalError, psycopg.InterfaceError)


@dataclass(frozen=True)
class Job:
    """What one run has to do."""

    address: str
    seed: int
    threads: int
    commands: int
    notes: str

    @classmethod
    def load(cls, path: Path) -> Job:
        return cls(**json.loads(path.read_text()))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    def plan(self) -> list[list[Given]]:
        """The commands of each thread, always the same; they share leads, projects and arrivals."""
        ids: dict[str, list[str]] = {"l": [], "pr": [], "a": []}
        plans = []
        for thread in range(self.threads):
            random = Random(f"{self.seed} {thread}")
            life = Life(random, lambda: len(BUREAU) + 30, lambda position: "", ids)
            plans.append([life.next() for _ in range(self.commands)])
        return plans

    def founding(self) -> list[Given]:
        """What all threads rest on."""
        return bureau(Random(self.seed))


@dataclass(frozen=True)
class Note:
    """One answer: the (position, type, leaf) of what was recorded, or nothing where it was refused."""

    key: str
    events: list[tuple[int, str, str]]


class Notes:
    """Answers, one line each. A line that was written whole survives the death of the process."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._mutex = threading.Lock()

    def note(self, note: Note) -> None:
        """Write one line, at once."""
        with self._mutex:
            self._file.write("\n" + json.dumps(asdict(note)))


def noted(notes: Path) -> list[Note]:
    """Every answer that was noted whole, by any of the processes that were killed."""
    lines = notes.read_text().split("\n") if notes.exists() else []
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    return [Note(said["key"], [(p, t, leaf) for p, t, leaf in said["events"]]) for said in whole]


def work(registrar: Registrar, plan: list[Given], notes: Notes) -> None:
    """Give each command until it is answered."""
    for key, command, by in plan:
        while True:
            try:
                answer = registrar.execute(command, by, key)
            except AWAY:
                time.sleep(0.02)
            except Contended:
                continue
            except Refusal:
                notes.note(Note(str(key), []))
                break
            else:
                events = [(e.position, e.type, e.leaf) for e in answer.events]
                notes.note(Note(str(key), events))
                break


def main() -> None:
    """Do the job named on the command line."""
    job = Job.load(Path(sys.argv[1]))
    notes = Notes(Path(job.notes))
    with ConnectionPool[psycopg.Connection](
        job.address, min_size=1, max_size=4, timeout=5, kwargs={"autocommit": True}
    ) as pool:
        recorder = PostgresRecorder(pool)
        registrar = Registrar(recorder, Combiner(recorder), today=lambda: TODAY)
        work(registrar, job.founding(), notes)
        threads = [
            threading.Thread(target=work, args=[registrar, plan, notes], daemon=True)
            for plan in job.plan()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
