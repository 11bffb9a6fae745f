"""What the core's owner offers to the adapters around it."""

from typing import Protocol

from ari_app.core.commands import Refuse
from ari_app.core.events import Asked
from ari_app.core.records import Json


class Ask(Protocol):
    """What the API asks of the running service."""

    async def ask(self, event: Asked) -> Refuse | None:
        """Hand over a wish; None when it was granted."""
        ...

    def agents(self) -> list[dict[str, Json]]:
        """Everybody configured, with state, reason, since, until, call and skills."""
        ...

    def agent(self, agent_id: str) -> dict[str, Json] | None:
        """One agent's own row, with everything that a desk shows again after a reload."""
        ...

    def directory(self) -> dict[str, Json]:
        """Whom an agent may call into a talk or hand it to: numbers outside, queues."""
        ...

    def queue_labels(self) -> dict[str, Json]:
        """How people call the queues: every queue by its name."""
        ...

    def wrap_ups(self) -> dict[str, Json]:
        """How long a wrap-up that begins now lasts, by queue and agent, and whose word it is."""
        ...

    def surge(self) -> dict[str, Json]: ...

    def staffing(self) -> dict[str, Json]:
        """The rules of work, seats, modes."""
        ...

    def queues(self) -> list[dict[str, Json]]:
        """Each queue with its callers in the order of service, and its agents by state."""
        ...

    def calls(self) -> list[dict[str, Json]]:
        """The calls alive now, with phase, caller, queue, agent and waiting time."""
        ...

    def offer(self, agent_id: str) -> dict[str, Json] | None:
        """The screen-pop that is open on this agent's desk, to show it again after a reload."""
        ...

    def status(self) -> dict[str, Json]:
        """Each component with ``ok`` or what is wrong."""
        ...
