"""How long the dispatcher takes to decide who gets whom, in a large centre.

It decides what is played: 1,000 agents, 2,000 callers waiting, 50 skills; agents come free, callers
come, steps fall due. Each figure is the whole of the dispatcher's answer to one event, with offer,
screen-pop and records. Times are CPU times of this process alone.
"""

import gc
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn
from ari_app.core.dispatch import Dispatcher
from ari_app.core.seam import CallFinished, CallOffered, CallQueued, OfferAnswered, OfferConnected
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName, QueueProfile
from ari_app.routing.plan import LastAgent, QueuePlan, Step
from ari_app.routing.strategies import Strategy
from bench.figures import Figure
from bench.stats import percentile

AGENTS: Final = 1000
WAITING: Final = 2000
SKILLS: Final = tuple(f"skill_{number}" for number in range(50))
QUEUES: Final = tuple(QueueName(f"queue_{number}") for number in range(8))
SITES: Final = ("city", "county", "home")
_SEED: Final = 20
_GAP_S: Final = 0.02

Out = Sequence[object]


class Scene:
    """A dispatcher, everybody at work; ``now`` goes on with every event."""

    def __init__(self, agents: int, strategy: Strategy, seed: int = _SEED) -> None:
        self.now = 1_000_000.0
        self.chance = random.Random(seed)
        people = [self._agent(number) for number in range(agents)]
        self.dispatcher = Dispatcher(
            Centre({one.agent_id: one for one in people}, _queues(strategy))
        )
        self.talks: dict[CallId, tuple[AgentId, QueueName]] = {}
        self._calls = 0
        for one in people:
            self.dispatcher.handle_desk(AgentSignedIn(one.agent_id), self.now)

    def _agent(self, number: int) -> AgentProfile:
        skills = self.chance.sample(SKILLS, 5)
        return AgentProfile(
            AgentId(str(10000 + number)),
            "x",
            {skill: self.chance.randint(1, 5) for skill in skills},
            frozenset(self.chance.sample(QUEUES, 3)),
            site=self.chance.choice(SITES),
            rank=number % 7,
        )

    def everybody_is_ready(self) -> None:
        for agent in self.dispatcher.agents:
            self.obey(self.dispatcher.handle_desk(AgentAskedReady(agent), self.now))

    def caller(self, skills: Sequence[str] = SKILLS) -> CallQueued:
        self._calls += 1
        chosen = self.chance.sample(skills, self.chance.randint(1, 2))
        needs = tuple(sorted((skill, self.chance.randint(1, 3)) for skill in chosen))
        queue = self.chance.choice(QUEUES)
        call = CallId(f"bench.{self._calls}")
        agent = self.chance.choice(tuple(self.dispatcher.agents))
        priority, is_vip = self.chance.randint(0, 3), self.chance.random() < 0.05
        return CallQueued(
            call, queue, needs, priority, self.now, {}, is_vip=is_vip,
            last_agent=agent, last_served_at=self.now - 3600.0,
        )  # fmt: skip

    def obey(self, out: Out) -> None:
        """Every offer becomes a talk at once."""
        for one in out:
            if isinstance(one, CallOffered):
                queue = QueueName(self.dispatcher.offers[one.call].waiting.queue)
                self.talks[one.call] = (one.agent, queue)
                self.dispatcher.handle(OfferAnswered(one.call), self.now)
                self.dispatcher.handle(OfferConnected(one.call), self.now)

    def fill(self, waiting: int, skills: Sequence[str] = SKILLS) -> None:
        while len(self.dispatcher.waiting) < waiting:
            self.now += _GAP_S
            self.obey(self.dispatcher.handle(self.caller(skills), self.now))


def _queues(strategy: Strategy) -> dict[QueueName, QueueProfile]:
    steps = (
        Step(60.0, needs=dict.fromkeys(SKILLS, 1)),
        Step(120.0, queues=frozenset(QUEUES[:4]), sites=frozenset({"county"})),
        Step(180.0, sites=frozenset({"home"})),
    )
    last = LastAgent(7 * 86400.0, 20.0)
    plan = QueuePlan(strategy, frozenset({"city"}), steps, last)
    return {name: QueueProfile(name, wrap_up_s=0.0, plan=plan) for name in QUEUES}


def match_figures(
    say: Callable[[str], None], rounds: int = 3000, agents: int = AGENTS, waiting: int = WAITING
) -> list[Figure]:
    say("bench: matching: agents come free")
    scene = Scene(agents, Strategy.LONGEST_IDLE)
    scene.everybody_is_ready()
    scene.fill(waiting)
    freed, came, due = _busy_hour(scene, rounds)
    say("bench: matching: callers come")
    idle = _quiet_hour(agents, waiting, rounds)
    size = f"{agents:,} agents, {waiting:,} waiting, {len(SKILLS)} skills"
    return [
        *_shares(f"an agent comes free, {size}", freed),
        *_shares(f"a caller comes, nobody fits, {size}", came),
        *_shares(f"a caller's step falls due, {size}", due),
        *_shares("a caller comes, half of the agents are ready and fit none who wait", idle),
    ]


def _busy_hour(scene: Scene, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """As many callers come as are served; the line stays as long as it is."""
    freed: list[float] = []
    came: list[float] = []
    due: list[float] = []
    with _no_old_garbage():
        for _ in range(rounds):
            scene.now += _GAP_S
            while (at := scene.dispatcher.next_deadline()) is not None and at <= scene.now:
                _timed(due, scene, lambda: scene.dispatcher.take_due(scene.now))
            said = scene.caller()
            _timed(came, scene, lambda said=said: scene.dispatcher.handle(said, scene.now))  # type: ignore[misc]
            if not scene.talks:
                continue
            call = scene.chance.choice(tuple(scene.talks))
            agent, queue = scene.talks.pop(call)
            ended = CallFinished(call, queue, agent)
            _timed(freed, scene, lambda ended=ended: scene.dispatcher.handle(ended, scene.now))  # type: ignore[misc]
    return freed, came, due


def _quiet_hour(agents: int, waiting: int, rounds: int) -> list[float]:
    """Everybody who waits wants a skill that nobody has."""
    scene = Scene(agents, Strategy.LEAST_OCCUPIED)
    scene.fill(waiting, ("klingon", "sindarin"))
    for number, agent in enumerate(scene.dispatcher.agents):
        if number % 2:
            scene.obey(scene.dispatcher.handle_desk(AgentAskedReady(agent), scene.now))
    taken: list[float] = []
    with _no_old_garbage():
        for _ in range(rounds // 10):
            scene.now += _GAP_S
            said = scene.caller()
            _timed(taken, scene, lambda said=said: scene.dispatcher.handle(said, scene.now))  # type: ignore[misc]
            for call in list(scene.talks):
                agent, queue = scene.talks.pop(call)
                scene.obey(scene.dispatcher.handle(CallFinished(call, queue, agent), scene.now))
    return taken


def _timed(into: list[float], scene: Scene, work: Callable[[], Out]) -> None:
    begun = time.thread_time()
    out = work()
    into.append(time.thread_time() - begun)
    scene.obey(out)


class _no_old_garbage:
    """As the service does it: what lives long is not looked through while calls are served."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()

    def __exit__(self, *_error: object) -> None:
        gc.unfreeze()


def _shares(name: str, series: Sequence[float]) -> list[Figure]:
    return [
        Figure(f"{name}: {share}", _ms(series, part), "ms", f"of {len(series)}")
        for share, part in (("p50", 0.5), ("p99", 0.99))
    ]


def _ms(series: Sequence[float], share: float) -> float | None:
    found = percentile(series, share)
    return None if found is None else round(found * 1000, 3)
