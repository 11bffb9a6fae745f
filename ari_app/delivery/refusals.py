"""Whether a refusal speaks of the receiver or of one event.

Decides by what else was taken meanwhile. Knows no HTTP and no clock, and forgets all at a restart.
"""


class Refusals:
    """Events by their outbox number."""

    def __init__(self) -> None:
        self._taken_count = 0
        self._refused: dict[int, int] = {}
        """Of each refused event, how many had been taken when it was refused first."""

    def taken(self, seq: int) -> None:
        self._taken_count += 1
        self.settled(seq)

    def settled(self, seq: int) -> None:
        self._refused.pop(seq, None)

    def refused(self, seq: int) -> bool:
        """Whether it was refused before and others were taken since: then it is the event."""
        return self._refused.setdefault(seq, self._taken_count) < self._taken_count
