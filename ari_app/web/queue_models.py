"""The shapes of what is told about the queues: see ``models``."""

from pydantic import Field

from ari_app.web.models import Answered


class WaitingCaller(Answered):
    call: str
    position: int = Field(description="1 is next in this queue")
    waiting_s: float
    expected_wait_s: float | None = Field(description="From now on; null: nobody fitting at work")
    ahead_s: float = Field(description="By how much the place was moved forward")
    returned: bool = Field(description="Lost an agent in the talk: before everybody else")
    step: int = Field(description="How many steps of the queue are reached")
    queues: list[str] = Field(description="Whose agents are asked now")
    sites: list[str] = Field(description="Which sites are asked now; none: all")
    needs: dict[str, int] = Field(description="What is still asked for")
    waits_for: str | None = Field(description="The one agent who is waited for now")


class LiveQueue(Answered):
    queue: str
    strategy: str
    waiting: int
    offered: int = Field(description="Callers for whom an agent is rung now")
    longest_wait_s: float | None = Field(description="Null while nobody waits")
    expected_wait_s: float | None = Field(description="Of a caller who would come now")
    handling_s: float = Field(description="Mean of talk and wrap-up over the last talks")
    boost_s: float = Field(description="What surge mode adds for this queue")
    agents: dict[str, int] = Field(description="By state, of all who take its calls now")
    callers: list[WaitingCaller] = Field(description="In the order of service")


class LiveQueues(Answered):
    queues: list[LiveQueue]
