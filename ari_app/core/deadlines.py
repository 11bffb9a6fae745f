"""When something must happen next: a heap of instants, one per key.

The core has no timer: its owner asks ``next()`` and comes back with the time.
"""

import heapq
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Deadlines(Generic[Key]):
    """One instant (epoch seconds) or none per key; setting it again replaces it."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Key]] = []
        self._current: dict[Key, tuple[float, int]] = {}
        self._count = 0

    def set(self, key: Key, at: float | None) -> None:
        if at is None:
            self._current.pop(key, None)
            return
        known = self._current.get(key)
        if known is not None and known[0] == at:
            return
        self._count += 1
        self._current[key] = (at, self._count)
        heapq.heappush(self._heap, (at, self._count, key))

    def next(self) -> float | None:
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[Key]:
        """The keys whose instant has come, earliest first; each is forgotten."""
        due: list[Key] = []
        while (at := self.next()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._current[key]
            due.append(key)
        return due

    def _drop_stale(self) -> None:
        while self._heap:
            at, count, key = self._heap[0]
            if self._current.get(key) == (at, count):
                return
            heapq.heappop(self._heap)
