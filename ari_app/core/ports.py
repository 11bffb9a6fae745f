"""What the core's owner offers to the adapters around it."""

from typing import Protocol

from ari_app.core.commands import Refuse
from ari_app.core.events import DeskEvent
from ari_app.core.records import Json


class Ask(Protocol):
    """What the API asks of the running service."""

    async def ask(self, event: DeskEvent) -> Refuse | None:
        """Hand over a wish; None when it was granted."""
        ...

    def agents(self) -> list[dict[str, Json]]:
        """Everybody configured, with state, reason, since, until, call and skills."""
        ...

    def agent(self, agent_id: str) -> dict[str, Json] | None: ...

    def calls(self) -> list[dict[str, Json]]:
        """The calls alive now, with phase, caller, queue, agent and waiting time."""
        ...

    def offer(self, agent_id: str) -> dict[str, Json] | None:
        """The screen-pop that is open on this agent's desk, to show it again after a reload."""
        ...

    def status(self) -> dict[str, Json]:
        """Each component with ``ok`` or what is wrong."""
        ...
