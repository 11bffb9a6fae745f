"""A floor of agents around the real dispatcher: calls come, phones are answered, time passes."""

from collections.abc import Iterable, Mapping

from ari_app.core.agent import AgentState
from ari_app.core.agents import Out
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn, DeskEvent
from ari_app.core.dispatch import Dispatcher
from ari_app.core.seam import (
    CallFinished,
    CallLeft,
    CallOffered,
    CallQueued,
    OfferAnswered,
    OfferConnected,
    ToDispatcher,
)
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    CallId,
    Centre,
    QueueName,
    QueueProfile,
)


class Floor:
    """``wrap_up_s`` names the queues; everybody serves all of them unless ``serving`` says less."""

    def __init__(
        self,
        agents: Iterable[str],
        wrap_up_s: Mapping[str, float],
        serving: Mapping[str, Iterable[str]] | None = None,
        skills: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self.now = 1000.0
        self.offered: list[tuple[str, str]] = []
        """Every offer that was ever made, call and agent, in order."""
        profiles = {
            AgentId(name): AgentProfile(
                AgentId(name),
                name,
                dict((skills or {}).get(name, {"zh": 5})),
                frozenset(map(QueueName, (serving or {}).get(name, wrap_up_s))),
            )
            for name in agents
        }
        queues = {
            QueueName(name): QueueProfile(QueueName(name), ring_s=20.0, wrap_up_s=seconds)
            for name, seconds in wrap_up_s.items()
        }
        self.dispatcher = Dispatcher(Centre(profiles, queues))
        for agent in profiles:
            self.now += 1.0  # so that the first one named has been idle longest
            self.desk(AgentSignedIn(agent))
            self.desk(AgentAskedReady(agent))

    # --- what happens ------------------------------------------------------------------------

    def comes(
        self, call: str, queue: str, needs: Mapping[str, int] | None = None, **said: float
    ) -> None:
        wants = tuple((needs or {"zh": 1}).items())
        since = said.get("since", self.now)
        priority = int(said.get("priority", 0))
        self.say(CallQueued(CallId(call), QueueName(queue), wants, priority, since, {}))

    def leaves(self, call: str) -> None:
        self.say(CallLeft(CallId(call)))

    def answers(self, call: str) -> None:
        self.say(OfferAnswered(CallId(call)))
        self.say(OfferConnected(CallId(call)))

    def ends(self, call: str, queue: str, agent: str) -> None:
        self.say(CallFinished(CallId(call), QueueName(queue), AgentId(agent)))

    def say(self, said: ToDispatcher) -> None:
        self._take(self.dispatcher.handle(said, self.now))

    def desk(self, said: DeskEvent) -> None:
        self._take(self.dispatcher.handle_desk(said, self.now))

    def after(self, seconds: float) -> None:
        """Let time pass, stopping at each deadline on the way, as the service does."""
        until = self.now + seconds
        while (due := self.dispatcher.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._take(self.dispatcher.take_due(self.now))
        self.now = until

    def _take(self, out: Out) -> None:
        for command in out:
            if isinstance(command, CallOffered):
                self.offered.append((command.call, command.agent))

    # --- what is so ----------------------------------------------------------------------------

    @property
    def ringing(self) -> dict[str, str]:
        """Who is offered to whom now."""
        return {str(call): str(offer.agent) for call, offer in self.dispatcher.offers.items()}

    def state(self, agent: str) -> AgentState:
        return self.dispatcher.agents[AgentId(agent)].state

    def until(self, agent: str) -> float | None:
        return self.dispatcher.agents[AgentId(agent)].until
