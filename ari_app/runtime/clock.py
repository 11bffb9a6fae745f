"""The only place that reads the clock."""

import time


class Clock:
    """Epoch seconds that never jump: the wall clock at start, carried on by the monotonic one.

    A step of the system's time must neither drop a call nor make a duration negative.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._offset

    def wall(self) -> float:
        """The system's own time, for those who compare with it: Asterisk's dialplan does."""
        return time.time()
