"""Threads that take turns as a seed says: the same seed, the same interleaving."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random

PATIENCE_S = 60.0


class Scheduler:
    """Lets one of several threads run at a time; each gives its turn back at every `pause`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._turns: dict[int, threading.Semaphore] = {}
        self._back = threading.Semaphore(0)
        self._errors: list[BaseException] = []
        self._ended: set[int] = set()
        self.switches = 0

    def run(self, actors: list[Callable[[], None]]) -> None:
        """Run all actors to their end; raises what the first of them to fail raised."""
        threads = [
            threading.Thread(target=self._act, args=[actor, name], name=str(name), daemon=True)
            for name, actor in enumerate(actors)
        ]
        alive = dict(enumerate(threads))
        self._turns = {name: threading.Semaphore(0) for name in alive}
        for thread in threads:
            thread.start()
        while alive and not self._errors:
            name = self._random.choice(sorted(alive))
            self._turns[name].release()
            self.switches += 1
            assert self._back.acquire(timeout=PATIENCE_S), f"actor {name} did not come back"
            if name in self._ended:
                alive.pop(name).join()
        if self._errors:
            raise self._errors[0]

    def pause(self) -> None:
        """Give the turn back; returns when this thread is chosen again."""
        name = threading.current_thread().name
        if not name.isdigit():
            return
        self._back.release()
        self._turns[int(name)].acquire()

    def _act(self, actor: Callable[[], None], name: int) -> None:
        self._turns[name].acquire()
        try:
            actor()
        except BaseException as error:
            self._errors.append(error)
        finally:
            self._ended.add(name)
            self._back.release()
