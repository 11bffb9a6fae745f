"""How often somebody may try a password. Knows no accounts and no clock of its own.

Three counters of failed tries, so that nobody is locked out by somebody else for long: one for
the account from this address (tight), one for the account from anywhere, one for the address
(wide: a whole hall may stand behind one). Tries under way count, successful ones are forgotten.
"""

import math
from collections import deque

from ari_app.web.ports import Clock

WINDOW_S = 60.0
LIMITS = {"pair": 5, "agent": 20, "address": 100}
_MAX_KEYS = 20_000

Key = tuple[str, str, str]


class Throttle:
    def __init__(self, now: Clock) -> None:
        self._now = now
        self._tries: dict[Key, deque[float]] = {}

    def begin(self, agent: str, address: str) -> float:
        """Count one try. Returns 0, or the seconds to wait, and then nothing was counted."""
        now = self._now()
        keys = _keys(agent, address)
        wait_s = max(self._wait_s(key, now) for key in keys)
        if wait_s > 0:
            return math.ceil(wait_s)
        for key in keys:
            self._tries.setdefault(key, deque()).append(now)
        if len(self._tries) > _MAX_KEYS:
            self._forget_old(now)
        return 0

    def succeeded(self, agent: str, address: str) -> None:
        """The password was right: this account's tries from here are forgiven."""
        pair, *others = _keys(agent, address)
        self._tries.pop(pair, None)
        for key in others:
            if tries := self._tries.get(key):
                tries.pop()

    def _wait_s(self, key: Key, now: float) -> float:
        tries = self._tries.get(key)
        while tries and tries[0] <= now - WINDOW_S:
            tries.popleft()
        if not tries or len(tries) < LIMITS[key[0]]:
            return 0.0
        return tries[0] + WINDOW_S - now

    def _forget_old(self, now: float) -> None:
        old = now - WINDOW_S
        self._tries = {
            key: tries for key, tries in self._tries.items() if tries and tries[-1] > old
        }


def _keys(agent: str, address: str) -> tuple[Key, Key, Key]:
    return ("pair", agent, address), ("agent", agent, ""), ("address", "", address)
