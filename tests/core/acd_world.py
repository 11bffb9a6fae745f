"""Callers and agents around the dispatcher, and a second opinion on every offer it makes.

The world keeps its own books (who waits, rings, talks, wraps up and until when), says to the
dispatcher what the call engine and the desks would say, and holds each offer against rules that are
written down here a second time, as the documents state them. It is driven by small numbers, so that
a machine that shrinks and a fast random walker can share it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ari_app.core.agent import AWAY, AgentState
from ari_app.core.agents import Out
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentSignedIn,
    AgentSignedOut,
    DeskEvent,
    WrapUpChanged,
)
from ari_app.core.dispatch import Dispatcher
from ari_app.core.seam import (
    CallFinished,
    CallLeft,
    CallOffered,
    CallQueued,
    OfferAccepted,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    ToDispatcher,
)
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName, QueueProfile
from ari_app.routing.plan import LastAgent, QueuePlan, Step

AGEING_BOUND_S = 900.0
"""Nobody is overtaken by somebody who came so much later (docs: queues)."""
URGENCIES = ("", "急", "紧急")
BOOST_S = {"": 0.0, "急": 300.0, "紧急": 600.0}
WRAP_UP_S = {"general": 30.0, "english": 0.0, "county": 10.0}
HELD_S = 15.0
RELAX_S, SPREAD_S = 20.0, 40.0


def _profile(name: str, site: str, queues: str, **skills: int) -> AgentProfile:
    serves = frozenset(QueueName(queue) for queue in queues.split())
    answer = "desk" if name == "e" else "phone"
    return AgentProfile(AgentId(name), name, skills, serves, answer=answer, site=site)


PEOPLE = (
    _profile("a", "city", "general english", zh=5, en=4),
    _profile("b", "county", "general county", zh=3),
    _profile("c", "city", "english county", zh=5, en=1),
    _profile("d", "home", "general english", zh=1, en=5),
    _profile("e", "city", "general english county", zh=4),
)
PLANS = {
    "general": QueuePlan(last_agent=LastAgent(7 * 86400.0, HELD_S)),
    "english": QueuePlan(
        steps=(
            Step(RELAX_S, needs={"en": 1}),
            Step(SPREAD_S, needs={"en": 0}, queues=frozenset({"general"})),
        )
    ),
    "county": QueuePlan(
        sites=frozenset({"county"}), steps=(Step(RELAX_S, sites=frozenset({"city"})),)
    ),
}
CENTRE = Centre(
    {one.agent_id: one for one in PEOPLE},
    {
        QueueName(name): QueueProfile(QueueName(name), 20.0, seconds, plan=PLANS[name])
        for name, seconds in WRAP_UP_S.items()
    },
)
AGENTS = tuple(one.agent_id for one in PEOPLE)
DEMANDS: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    ("general", ()),
    ("general", (("zh", 3),)),
    ("english", (("en", 3),)),
    ("english", (("en", 5),)),
    ("county", (("zh", 1),)),
)


class Broken(AssertionError):
    """A promise of the dispatcher does not hold."""


def insist(is_so: bool, what: str) -> None:
    if not is_so:
        raise Broken(what)


@dataclass(slots=True)
class Someone:
    """A caller in this world's own words."""

    call: CallId
    queue: str
    needs: tuple[tuple[str, int], ...]
    since: float
    place: float
    is_returned: bool
    steps_from: float
    last_agent: AgentId | None
    is_held: bool = False
    """Kept for the last agent, for so long as that may be."""

    def key(self) -> tuple[bool, float, str]:
        return (not self.is_returned, self.place, self.call)


class World:
    """``act(kind, x, y)`` lets something happen; every method checks what came of it."""

    def __init__(self) -> None:
        self.now = 10_000.0
        self.dispatcher = Dispatcher(CENTRE)
        self.wrap_up_s = dict(WRAP_UP_S)
        self.waiting: dict[CallId, Someone] = {}
        self.ringing: dict[CallId, tuple[Someone, AgentId]] = {}
        self.talking: dict[AgentId, Someone] = {}
        self.wrapping: dict[AgentId, float] = {}
        self.missed: dict[tuple[AgentId, CallId], float] = {}
        self.gone: list[CallId] = []
        self.offers = 0
        self._came = 0
        for agent in AGENTS:
            self.desk(AgentSignedIn(agent))
            self.desk(AgentAskedReady(agent))

    # --- what may happen ---------------------------------------------------------------------

    def act(self, kind: int, x: int, y: int) -> None:
        """``kind`` chooses what, ``x`` and ``y`` whom and how; any numbers will do."""
        self.ACTIONS[kind % len(self.ACTIONS)](self, x, y)
        self.check()

    def come(self, x: int, y: int) -> None:
        """A caller; one in four is a callback or somebody handed back, who came long ago."""
        self._came += 1
        queue, needs = DEMANDS[x % len(DEMANDS)]
        is_old = y % 4 == 3
        urgency, priority = URGENCIES[x // 5 % 3], y // 4 % 3
        since = self.now - (x * 37 % 2000 if is_old else 0.0)
        boost_s = 60.0 * priority + BOOST_S[urgency] + (300.0 if y % 7 == 0 else 0.0)
        last = AGENTS[y % len(AGENTS)] if x % 3 == 0 else None
        name = f"callback-{self._came}.1" if is_old else f"c.{self._came}"
        one = Someone(
            CallId(name), queue, needs, since, since - min(AGEING_BOUND_S, boost_s),
            is_old and y % 8 == 7, self.now, last,
        )  # fmt: skip
        if last is not None and (queue != "general" or not self.fits(last, one)):
            one.last_agent = None
        self._hold(one)
        self.waiting[one.call] = one
        said = CallQueued(
            one.call, QueueName(queue), needs, priority, since, {}, one.is_returned,
            urgency=urgency, is_vip=y % 7 == 0, last_agent=last, last_served_at=self.now - 3600.0,
            steps_from=self.now,
        )  # fmt: skip
        self.say(said)

    def leave(self, x: int, y: int) -> None:
        """Somebody who waits, or whose agent rings, hangs up."""
        calls = [*self.waiting, *self.ringing]
        if calls:
            call = calls[x % len(calls)]
            self.waiting.pop(call, None)
            self.ringing.pop(call, None)
            self.gone.append(call)
            self.say(CallLeft(call))

    def answer(self, x: int, y: int) -> None:
        found = self._ringing(x)
        if found is None:
            return
        someone, agent = found
        if CENTRE.agents[agent].answer == "desk":
            self.desk(AgentAccepted(agent, someone.call))
        del self.ringing[someone.call]
        self.talking[agent] = someone
        self.say(OfferAnswered(someone.call))
        self.say(OfferConnected(someone.call))

    def fail(self, x: int, y: int) -> None:
        found = self._ringing(x)
        if found is not None:
            someone, agent = found
            self._missed(someone, agent)
            if y % 2:
                self.say(OfferFailed(someone.call, (17, 18, 21, 27)[y % 4]))
            else:
                self.desk(AgentDeclined(agent, someone.call))

    def finish(self, x: int, y: int) -> None:
        """A talk ends: wrap-up begins and lasts exactly as long as its queue's does now."""
        if not self.talking:
            return
        agent = [*self.talking][x % len(self.talking)]
        someone = self.talking.pop(agent)
        wrap_up_s = self.wrap_up_s[someone.queue]
        self.gone.append(someone.call)
        if wrap_up_s > 0:
            self.wrapping[agent] = self.now + wrap_up_s
        self.say(CallFinished(someone.call, QueueName(someone.queue), agent))
        if y % 3 == 0:  # told twice: nothing may come of it
            self.say(CallFinished(someone.call, QueueName(someone.queue), agent))

    def wish(self, x: int, y: int) -> None:
        """An agent presses something."""
        agent = AGENTS[x % len(AGENTS)]
        match y % 6:
            case 0:
                self.desk(AgentSignedOut(agent))
            case 1:
                self.desk(AgentAskedPause(agent, "meal"))
            case 2 if agent in self.wrapping:
                del self.wrapping[agent]
                self.desk(AgentFinishedWrapUp(agent))
            case _:
                self.desk(AgentSignedIn(agent))
                self.desk(AgentAskedReady(agent))

    def retune(self, x: int, y: int) -> None:
        """Wrap-up is changed: of those that begin from now on."""
        queue = [*WRAP_UP_S][x % 3]
        self.wrap_up_s[queue] = float(y % 4 * 10)
        self.desk(WrapUpChanged(QueueName(queue), self.wrap_up_s[queue]))

    def repeat(self, x: int, y: int) -> None:
        """Something is said of a call that is over."""
        if not self.gone:
            return
        call = self.gone[x % len(self.gone)]
        agent = AGENTS[y % len(AGENTS)]
        late: tuple[ToDispatcher, ...] = (
            OfferAnswered(call), OfferConnected(call), OfferFailed(call, 18), CallLeft(call),
            CallFinished(call, QueueName("general"), agent),
        )  # fmt: skip
        self.say(late[y % len(late)])
        self.desk(AgentAccepted(agent, call))

    def wait(self, x: int, y: int) -> None:
        """Time passes, with a stop at each deadline."""
        until = self.now + (1.0, 5.0, 12.5, 30.0)[x % 4] + y % 10 / 10
        while (due := self.dispatcher.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            for agent in [one for one, ends in self.wrapping.items() if ends <= self.now]:
                del self.wrapping[agent]
            self.heed(self.dispatcher.take_due(self.now))
        self.now = until

    ACTIONS: "tuple[Callable[[World, int, int], None], ...]" = (
        come, come, come, leave, leave, answer, answer, fail, finish, finish, wish, wish, retune,
        repeat, wait, wait,
    )  # fmt: skip

    # --- the dispatcher ----------------------------------------------------------------------

    def say(self, said: ToDispatcher) -> None:
        self.heed(self.dispatcher.handle(said, self.now))

    def desk(self, said: DeskEvent) -> None:
        self.heed(self.dispatcher.handle_desk(said, self.now))

    def heed(self, out: Out) -> None:
        for command in out:
            match command:
                case CallOffered(call=call, agent=agent):
                    self._offered(call, agent)
                case OfferCancelled(call=call):
                    if call in self.ringing:
                        self._missed(*self.ringing[call])
                case OfferAccepted(call=call):
                    insist(call in self.ringing, f"{call} is accepted and does not ring")

    def _ringing(self, x: int) -> tuple[Someone, AgentId] | None:
        rings = [*self.ringing.values()]
        return rings[x % len(rings)] if rings else None

    def _missed(self, someone: Someone, agent: AgentId) -> None:
        del self.ringing[someone.call]
        if agent == someone.last_agent:
            someone.last_agent = None
        self._hold(someone)
        self.waiting[someone.call] = someone
        self.missed[agent, someone.call] = self.now + CENTRE.staffing.avoid_s

    # --- the second opinion ------------------------------------------------------------------

    def _offered(self, call: CallId, agent: AgentId) -> None:
        self.offers += 1
        insist(call in self.waiting, f"{call} is offered and does not wait")
        someone = self.waiting.pop(call)
        insist(agent not in [a for _, a in self.ringing.values()], f"{agent} is rung twice")
        insist(agent not in self.talking, f"{agent} talks and is rung")
        ends_at = self.wrapping.get(agent, self.now)
        insist(ends_at <= self.now, f"{agent}'s wrap-up is cut by {ends_at - self.now} s")
        if not self.fits(agent, someone):
            raise Broken(f"{agent} cannot take {someone} at {self.now}")
        key = someone.key()
        for other in self.waiting.values():
            if self.avoids(agent, other) or not self.fits(agent, other):
                continue
            if self.held_for(other) is None:
                if other.key() < key:
                    raise Broken(f"{someone} overtakes {other}")
                if someone.since - other.since > AGEING_BOUND_S and not someone.is_returned:
                    raise Broken(f"{other} starves behind {someone}")
        self.ringing[call] = (someone, agent)

    def fits(self, agent: AgentId, someone: Someone) -> bool:
        """By the words of the documents: queue, levels and site, less and less with the wait."""
        held = self.held_for(someone)
        if held is not None:
            return agent == held
        waited = self.now - someone.steps_from
        profile = CENTRE.agents[agent]
        queues, sites = {someone.queue}, {"county"} if someone.queue == "county" else set()
        levels = dict(someone.needs)
        relaxed, spread = waited >= RELAX_S, waited >= SPREAD_S
        if someone.queue == "english" and relaxed:
            levels["en"] = min(levels["en"], 0 if spread else 1)
            queues |= {"general"} if spread else set()
        if someone.queue == "county" and relaxed:
            sites.add("city")
        return (
            bool(queues & profile.queues)
            and all(profile.skills.get(skill, 0) >= level for skill, level in levels.items())
            and (not sites or profile.site in sites)
        )

    def held_for(self, someone: Someone) -> AgentId | None:
        """Whom a repeat caller of the general queue is still kept for."""
        is_over = self.now >= someone.steps_from + HELD_S
        return None if is_over or not someone.is_held else someone.last_agent

    def avoids(self, agent: AgentId, someone: Someone) -> bool:
        """Whoever has just missed a caller is not asked for the same one again at once."""
        return self.now < self.missed.get((agent, someone.call), 0.0)

    def _hold(self, someone: Someone) -> None:
        """On coming into the line: an agent who is not at work is not waited for."""
        last = someone.last_agent
        someone.is_held = last is not None and self.dispatcher.agents[last].state not in AWAY

    def check(self) -> None:
        """Both books agree: who rings, who talks, who wraps up and until when."""
        rung = {agent for _, agent in self.ringing.values()}
        for agent_id, agent in self.dispatcher.agents.items():
            state, ends = agent.state, self.wrapping.get(agent_id)
            if (state is AgentState.TALKING) != (agent_id in self.talking):
                raise Broken(f"{agent} talks or not")
            if (state is AgentState.OFFERED) != (agent_id in rung):
                raise Broken(f"{agent} is reserved or not")
            if (agent.until if state is AgentState.WRAP_UP else None) != ends:
                raise Broken(f"{agent} wraps up until {ends}")
        insist(self.dispatcher.offers.keys() == self.ringing.keys(), "which offers")
        insist(self.dispatcher.waiting.keys() == self.waiting.keys(), "who waits")

    def nobody_waits_in_vain(self) -> None:
        """Whoever is ready fits nobody who waits."""
        ready = [a.agent_id for a in self.dispatcher.agents.values() if a.state == "ready"]
        for agent in ready:
            for someone in self.waiting.values():
                if self.fits(agent, someone) and not self.avoids(agent, someone):
                    raise Broken(f"{agent} is ready, {someone} waits")

    def go_home(self) -> None:
        """Everybody hangs up: an hour later no agent is reserved, in a talk or in wrap-up."""
        while self.waiting or self.ringing:
            self.leave(0, 0)
        while self.talking:
            self.finish(0, 1)
        self.check()
        for _ in range(3):
            self.wait(3, 0)
        self.check()
        insist(not self.wrapping, "wrap-up without end")
        self.gone.clear()
        self.missed.clear()
