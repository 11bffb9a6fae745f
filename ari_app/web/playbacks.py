"""Which playbacks are going on, so that each is audited once and not with every piece.

Knows no file and no audit.
"""

from typing import Final

Key = tuple[str, str, str]
"""Who, in which session, which file."""

MOST: Final = 2000


class Playbacks:
    def __init__(self) -> None:
        self._began: dict[Key, float] = {}

    def is_new(self, key: Key, now: float, lasts_s: float) -> bool:
        """True when this begins a playback; ``lasts_s`` later the same is another one."""
        began = self._began.get(key)
        if began is not None and now - began < lasts_s:
            return False
        self._began.pop(key, None)
        self._began[key] = now
        while len(self._began) > MOST:
            del self._began[next(iter(self._began))]
        return True

    def forget(self, key: Key) -> None:
        self._began.pop(key, None)
