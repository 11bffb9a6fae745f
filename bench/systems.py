"""What is compared: each system answers a number, has the same agents and can be started alone.

It decides how each is started and told who is ready. It must not know how calls are made or
measured.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bench.ari_loop import AriClientLoop
from bench.pbx import BARE_QUEUE_NUMBERS, QUEUE_NUMBERS, Site
from bench.service import Service


class System(Protocol):
    """A thing that answers calls. `numbers` are dialled for the pool and for the one agent."""

    @property
    def name(self) -> str: ...

    @property
    def numbers(self) -> Mapping[str, str]: ...

    @property
    def max_rate(self) -> float | None:
        """Beyond so many calls a second it is known to collapse; None is no limit."""

    @property
    def pid(self) -> int | None:
        """The application beside Asterisk; None when there is none."""

    async def start(self) -> None: ...

    async def make_ready(self, *groups: str) -> None:
        """From now on the agents of these groups, and only they, are free."""

    def pops(self) -> Sequence[tuple[str, float]]:
        """Agent and epoch seconds of each screen-pop since `make_ready`."""

    def check(self) -> None:
        """Raises when it is no longer running."""

    async def stop(self) -> None: ...


class Queue:
    """Asterisk's own Queue(): there is nothing to start."""

    max_rate: float | None = None
    pid: int | None = None

    def __init__(self, name: str, numbers: Mapping[str, str]) -> None:
        self.name = name
        self.numbers = numbers

    async def start(self) -> None:
        """The dialplan is there already."""

    async def make_ready(self, *groups: str) -> None:
        """Static members are always ready, each group is a queue of its own."""

    def pops(self) -> Sequence[tuple[str, float]]:
        return ()

    def check(self) -> None:
        """Whether Asterisk runs is seen without."""

    async def stop(self) -> None:
        """Nothing was started."""


SYSTEMS: dict[str, Callable[[Site], System]] = {
    "service": Service,
    "queue": lambda site: Queue("queue", QUEUE_NUMBERS),
    "ari-client": AriClientLoop,
    "queue-bare": lambda site: Queue("queue-bare", BARE_QUEUE_NUMBERS),
}
