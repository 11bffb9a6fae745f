"""Journals to compute figures from: days written by hand, and a random one."""

import random
from dataclasses import replace

from ari_app.core.agent import Agent, AgentState
from ari_app.core.journal_lines import Kind, agent_moved, arrived, ended, line
from ari_app.core.records import CloseCall, Journaled, OpenCall
from ari_app.core.values import AgentId, CallId

MIDNIGHT = 1_763_913_600.0
"""2025-11-24, 0 o'clock in China."""


class Day:
    """Writes lines as the service would; every call and agent by its own words."""

    def __init__(self) -> None:
        self.lines: list[Journaled] = []
        self.agents: dict[str, Agent] = {}

    # --- agents ------------------------------------------------------------------------------

    def agent(
        self, name: str, at: float, state: AgentState, call: str = "", until: float | None = None
    ) -> None:
        before = self.agents.get(name, Agent(AgentId(name)))
        after = replace(before, state=state, since=at, until=until, call=CallId(call) or None)
        self.agents[name] = after
        found = [write.record for write in agent_moved(before, after)]
        self.lines += [record for record in found if isinstance(record, Journaled)]

    def talk(self, name: str, call: str, at: float, talk_s: float, wrap_up_s: float) -> None:
        self.agent(name, at, AgentState.TALKING, call)
        self.agent(name, at + talk_s, AgentState.WRAP_UP, call, until=at + talk_s + wrap_up_s)
        self.agent(name, at + talk_s + wrap_up_s, AgentState.READY)

    def ready(self, name: str, at: float) -> None:
        self.agent(name, at, AgentState.READY)

    # --- calls -------------------------------------------------------------------------------

    def arrive(self, call: str, at: float, dialled: str = "12345", **more: str) -> None:
        source = more.get("source", "service")
        assert source in ("service", "cel")
        ticket = more.get("ticket", "")
        record = OpenCall(call, at, "138", "", "", dialled, source, ticket_id=ticket)  # type: ignore[arg-type]
        self.lines.append(arrived(record))

    def heard(self, call: str, at: float, ring_s: float | None = None) -> None:
        data = {"by": "prompt", "ring_s": ring_s}
        self.lines.append(line(Kind.CALL_HEARD, at, call=call, data=data))

    def queue(
        self, call: str, at: float, name: str = "general", since: float | None = None
    ) -> None:
        data = {"since": at if since is None else since, "needs": [], "priority": 0}
        made = line(Kind.CALL_QUEUED, at, call=call, queue=name, tag=name, data=data)
        self.lines.append(made)

    def offer_ended(self, call: str, agent: str, at: float, reason: str) -> None:
        data = {"reason": reason}
        made = line(Kind.OFFER_ENDED, at, call=call, agent=agent, tag=agent, data=data)
        self.lines.append(made)

    def hold(self, call: str, agent: str, at: float, until: float | None) -> None:
        self.lines.append(line(Kind.CALL_HELD, at, call=call, agent=agent))
        if until is not None:
            self.lines.append(line(Kind.CALL_RESUMED, until, call=call, agent=agent))

    def end(self, call: str, at: float, outcome: str, phase: str = "", topic: str = "") -> None:
        fields = {"category_code": topic or None, "who_hung_up": "caller"}
        self.lines.append(ended(CloseCall(call, at, outcome, fields, None, phase)))

    def known(self, call: str, at: float, previous: str, previous_at: float) -> None:
        data = {"earlier": 1, "previous": previous, "previous_at": previous_at}
        self.lines.append(line(Kind.CALL_KNOWN, at, call=call, data=data))

    def in_order(self) -> list[Journaled]:
        return sorted(self.lines, key=lambda one: one.at)


def by_hand() -> Day:
    """A small day: what is in it, and so every figure, can be counted on paper."""
    day, at = Day(), MIDNIGHT
    day.ready("wang", at + 3600)
    day.ready("li", at + 3600)
    # Answered at once: heard after 1 s, queued after 5, a person after 8; 60 s talk, 20 s wrap-up.
    day.arrive("h-1.1", at + 4000)
    day.heard("h-1.1", at + 4001, ring_s=1.2)
    day.queue("h-1.1", at + 4005)
    day.offer_ended("h-1.1", "wang", at + 4008, "answered")
    day.talk("wang", "h-1.1", at + 4008, 60.0, 20.0)
    day.end("h-1.1", at + 4068, "answered", "talking", topic="road")
    # Two agents on one call, with a hold of 10 s; the first missed the offer before.
    day.arrive("h-2.1", at + 5000)
    day.heard("h-2.1", at + 5000.5)
    day.queue("h-2.1", at + 5002)
    day.offer_ended("h-2.1", "li", at + 5022, "no_answer")
    day.offer_ended("h-2.1", "wang", at + 5030, "answered")
    day.talk("wang", "h-2.1", at + 5030, 40.0, 30.0)
    day.hold("h-2.1", "wang", at + 5040, at + 5050)
    day.queue("h-2.1", at + 5070, "water", since=at + 5002)
    day.talk("li", "h-2.1", at + 5075, 100.0, 30.0)
    day.end("h-2.1", at + 5175, "answered", "talking", topic="water")
    # Gave up after 40 s in the queue, and after 2 s.
    for call, seconds in (("h-3.1", 40.0), ("h-4.1", 2.0)):
        day.arrive(call, at + 6000, "96123")
        day.heard(call, at + 6000.2)
        day.queue(call, at + 6001)
        day.end(call, at + 6001 + seconds, "abandoned_waiting", "queued")
    # Left in the tree; took the callback; served by the fallback; refused; we called back.
    day.arrive("h-5.1", at + 7000)
    day.end("h-5.1", at + 7004, "abandoned_in_flow", "in_flow")
    day.arrive("h-6.1", at + 7100)
    day.queue("h-6.1", at + 7101)
    day.end("h-6.1", at + 7130, "callback_promised", "ending")
    day.arrive("h-7.1", at + 7200, source="cel")
    fallback = CloseCall("h-7.1", at + 7260, "answered_fallback", {"answered_at": at + 7210})
    day.lines.append(ended(fallback))
    day.arrive("h-8.1", at + 7300, source="cel")
    day.end("h-8.1", at + 7300, "refused")
    day.arrive("callback-1.1", at + 7400, ticket="t-h-6.1")
    day.queue("callback-1.1", at + 7400, since=at + 7101)
    day.talk("wang", "callback-1.1", at + 7405, 50.0, 10.0)
    day.end("callback-1.1", at + 7455, "answered", "talking")
    # The first one calls again the next day; over midnight, with an agent found after a restart.
    day.arrive("h-9.1", at + 86_390)
    day.known("h-9.1", at + 86_390.1, "h-1.1", at + 4000)
    day.queue("h-9.1", at + 86_395)
    day.agent("wang", at + 86_405, AgentState.TALKING, "h-9.1")
    day.queue("h-9.1", at + 86_420, since=at + 86_395)
    day.lines.append(line(Kind.CALL_CONNECTED, at + 86_421, call="h-9.1", agent="wang", tag="wang"))
    day.agent("wang", at + 86_465, AgentState.WRAP_UP, "h-9.1", until=at + 86_495)
    day.agent("wang", at + 86_495, AgentState.OFFLINE)
    day.end("h-9.1", at + 86_465, "answered", "talking", topic="=road")
    return day


def at_random(seed: int, calls: int) -> Day:
    """A day of any calls with any ends; agents take one after another."""
    chance, day = random.Random(seed), Day()
    agents = [f"a{number}" for number in range(8)]
    free = dict.fromkeys(agents, MIDNIGHT)
    for agent in agents:
        day.ready(agent, MIDNIGHT + chance.random() * 100)
        free[agent] = MIDNIGHT + 200
    at = MIDNIGHT
    earlier: list[tuple[str, float]] = []
    for number in range(calls):
        at = round(at + chance.expovariate(1 / 200), 3)
        call = f"r-{number}.1"
        _random_call(day, chance, call, at, free)
        if earlier and chance.random() < 0.2:
            day.known(call, at + 0.1, *chance.choice(earlier))
        earlier.append((call, at))
    return day


WITHOUT_QUEUE = ("abandoned_before_answer", "abandoned_fallback", "refused")
UNSERVED = (
    "abandoned_waiting", "abandoned_waiting", "abandoned_ringing", "callback_promised",
    "message_left", "finished_in_flow", "",
)  # fmt: skip
"""How a wait may end without an agent; empty: it goes on."""


def _rested(day: Day, chance: random.Random, agent: str, at: float) -> float:
    """Some pause or go home for a while after a call; when they take the next one."""
    if chance.random() < 0.7:
        return at
    away_s = round(60 + chance.random() * 900, 3)
    state = chance.choice([AgentState.PAUSED, AgentState.PAUSED, AgentState.OFFLINE])
    day.agent(agent, at + 1.0, state)
    day.ready(agent, at + 1.0 + away_s)
    return at + 1.0 + away_s


def _random_call(
    day: Day, chance: random.Random, call: str, at: float, free: dict[str, float]
) -> None:
    day.arrive(call, at, chance.choice(["12345", "96123", "12319"]))
    day.heard(call, at + 0.3, chance.choice([None, 0.4, 20.0]))
    if chance.random() < 0.2:
        day.end(call, at + 4, "abandoned_in_flow", "in_flow")
        return
    if chance.random() < 0.1:
        day.end(call, at + 4, chance.choice(WITHOUT_QUEUE))
        return
    queued = round(at + chance.random() * 10, 3)
    queue = chance.choice(["general", "water", "english"])
    day.queue(call, queued, queue)
    agent = min(free, key=lambda name: free[name])
    begins = max(free[agent], queued) + 1.0
    if begins - queued > 60 or chance.random() < 0.2:
        outcome = chance.choice(UNSERVED)
        if outcome:
            day.end(call, queued + 3 + chance.random() * 40, outcome, "queued")
        return
    if chance.random() < 0.2:
        day.offer_ended(call, chance.choice(list(free)), begins, "no_answer")
    day.offer_ended(call, agent, begins, "answered")
    talk_s, wrap_up_s = round(30 + chance.random() * 300, 3), chance.choice([0.0, 30.0])
    if chance.random() < 0.3:
        day.hold(call, agent, begins + 5, begins + 15 if chance.random() < 0.7 else None)
    day.talk(agent, call, begins, talk_s, wrap_up_s)
    free[agent] = _rested(day, chance, agent, begins + talk_s + wrap_up_s)
    end = begins + talk_s
    if chance.random() < 0.2:
        second = min((n for n in free if n != agent), key=lambda name: free[name])
        if free[second] <= end:
            day.talk(second, call, end + 1, 60.0, 30.0)
            free[second] = end + 91
            end += 61
    day.end(call, end, "answered", "talking", topic=chance.choice(["road", "water", ""]))
