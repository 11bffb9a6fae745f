"""Callers who stay, callers who are promised a callback, and Asterisk's part of calling them back.

Drives the whole engine with its dial list. All agents can take all callers, so that the order of
service is the order of places alone, and any overtaking shows.
"""

from collections.abc import Callable

from ari_app.core.commands import Command, DialOut, HangUp, Play, RingAgent, Write
from ari_app.core.desk_events import AgentAskedPause, AgentAskedReady, AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    Event,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
)
from ari_app.core.outbound.asked import EntryCancelled
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.outbound.policy import Missed, Policy, Tries
from ari_app.core.records import SaveDial
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, BridgeId, Caller, CallId, LegId
from tests.core.acd_world import Broken, insist
from tests.core.playbook import FLOW, NUMBERS, centre, flow

TREE = flow(FLOW.replace("    priority: 2\n", ""))
POLICY = Policy(
    callbacks=Tries(spacing_s=60.0, max_attempts=3, ring_s=25.0),
    missed=Missed(is_enabled=False),
    notice="",
)
PEOPLE = {"wang": {"zh": 5}, "li": {"zh": 5}, "zhao": {"zh": 5}}
AGENTS = tuple(AgentId(name) for name in PEOPLE)


class CallbackWorld:
    """``act(kind, x)`` lets something happen; what the engine commands is judged at once."""

    def __init__(self) -> None:
        self.now = 86_400.0
        self.engine = Engine(Shelf.of(TREE), centre(PEOPLE), lambda prompts: 3.0, numbers=NUMBERS)
        self.engine.dial_list = DialList(POLICY)
        self.place: dict[CallId, float] = {}
        """When everybody who waits or is called back first stood in the line."""
        self.rings: dict[LegId, tuple[CallId, AgentId]] = {}
        self.up: dict[LegId, tuple[CallId, AgentId]] = {}
        self.out: set[CallId] = set()
        """Citizens whose phones ring."""
        self.callers: set[CallId] = set()
        self.plays: list[Play] = []
        self.stood: set[CallId] = set()
        """Who stood in the line before what happens now."""
        self.dials = self.talks = self._came = 0
        self.feed(AsteriskSeen((), (), {}))
        for agent in AGENTS:
            self.feed(AgentSignedIn(agent))
            self.feed(AgentAskedReady(agent))

    def act(self, kind: int, x: int) -> None:
        self.ACTIONS[kind % len(self.ACTIONS)](self, x)
        self.check()

    # --- what may happen ---------------------------------------------------------------------

    def stay(self, x: int) -> None:
        self._arrive("0")

    def promise(self, x: int) -> None:
        """Waits at this moment's place, is promised a callback and hangs up."""
        call = self._arrive("8")
        if self.plays:
            self.feed(PlayEnded(self.plays[-1].play))
        self.feed(KeyPressed(LegId(call), "1"))
        self.hang_up(call)

    def leave(self, x: int) -> None:
        if self.callers:
            self.hang_up(sorted(self.callers)[x % len(self.callers)])

    def agent_answers(self, x: int) -> None:
        if not self.rings:
            return
        leg = [*self.rings][x % len(self.rings)]
        call, agent = self.rings.pop(leg)
        self.up[leg] = (call, agent)
        self.feed(LegUp(leg))
        self._bridge(leg, call)

    def agent_fails(self, x: int) -> None:
        legs = [*self.rings, *self.up]
        if legs:
            leg = legs[x % len(legs)]
            self.agent_down(leg, 16 if leg in self.up else (17, 18, 21)[x % 3])

    def citizen_answers(self, x: int) -> None:
        if not self.out:
            return
        call = sorted(self.out)[x % len(self.out)]
        self.out.discard(call)
        self.callers.add(call)
        self.feed(LegUp(LegId(call)))
        for leg, (of, _) in list(self.up.items()):
            if of == call:
                self._bridge(leg, call)

    def citizen_fails(self, x: int) -> None:
        if self.out:
            call = sorted(self.out)[x % len(self.out)]
            self.out.discard(call)
            self.feed(LegDown(LegId(call), (17, 19, 21)[x % 3]))

    def wish(self, x: int) -> None:
        agent = AGENTS[x % len(AGENTS)]
        if x % 2:
            self.feed(AgentAskedPause(agent, "meal"))
        else:
            self.feed(AgentAskedReady(agent))

    def wait(self, x: int) -> None:
        until = self.now + (1.0, 7.0, 30.0, 61.0)[x % 4]
        while (due := self.engine.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.stood = set(self.engine.dispatcher.waiting)
            self.heed(self.engine.handle_timer(self.now))
        self.now = until

    ACTIONS: "tuple[Callable[[CallbackWorld, int], None], ...]" = (
        stay, promise, promise, leave, agent_answers, agent_answers, agent_answers, agent_fails,
        citizen_answers, citizen_answers, citizen_fails, wish, wait, wait,
    )  # fmt: skip

    # --- Asterisk ----------------------------------------------------------------------------

    def _arrive(self, key: str) -> CallId:
        self._came += 1
        self.now += 0.125
        call = CallId(f"hotline-1.{self._came}")
        self.callers.add(call)
        self.place[call] = self.now
        self.plays.clear()
        self.feed(CallArrived(call, Caller(f"138{self._came:08}"), "12345"))
        self.feed(KeyPressed(LegId(call), key))
        return call

    def hang_up(self, call: CallId) -> None:
        self.callers.discard(call)
        self.feed(LegDown(LegId(call), 16))

    def agent_down(self, leg: LegId, cause: int) -> None:
        self.rings.pop(leg, None)
        self.up.pop(leg, None)
        self.feed(LegDown(leg, cause))

    def _bridge(self, leg: LegId, call: CallId) -> None:
        """Both are up: if the engine wanted them joined, they are."""
        if call in self.callers:
            bridge = BridgeId(f"{call}.b")
            self.feed(BridgeEntered(bridge, leg))
            self.feed(BridgeEntered(bridge, LegId(call)))

    def feed(self, event: Event) -> None:
        self.stood = set(self.engine.dispatcher.waiting)
        self.heed(self.engine.handle(event, self.now))

    def heed(self, commands: list[Command]) -> None:
        downs: list[Event] = []
        for command in commands:
            match command:
                case Write(record=SaveDial() as saved):
                    self._promised(saved)
                case Play():
                    self.plays.append(command)
                case RingAgent(leg=leg, call=call, agent=agent):
                    self._rung(leg, call, agent)
                case DialOut(leg=leg):
                    self._dialled(CallId(leg))
                case HangUp(leg=leg) if self._goes(leg):
                    downs.append(LegDown(leg, 16))
        for event in downs:
            self.feed(event)

    def _goes(self, leg: LegId) -> bool:
        call = CallId(leg)
        known = leg in self.rings or leg in self.up or call in self.out or call in self.callers
        self.rings.pop(leg, None)
        self.up.pop(leg, None)
        self.out.discard(call)
        self.callers.discard(call)
        return known

    # --- the second opinion ------------------------------------------------------------------

    def _promised(self, saved: SaveDial) -> None:
        entry = self.engine.dial_list.entries.get(saved.entry_id)
        if entry is not None:
            for attempt in range(1, 5):
                self.place[CallId(f"{saved.entry_id}.{attempt}")] = entry.queued_at

    def _rung(self, leg: LegId, call: CallId, agent: AgentId) -> None:
        busy = [who for _, who in (*self.rings.values(), *self.up.values())]
        insist(agent not in busy, f"{agent} has two legs")
        insist(call in self.callers or call.startswith("callback-"), f"{call} is gone and rings")
        mine = self.place[call]
        missed = self.engine.dispatcher.agents[agent].avoids
        for other in self.stood & self.engine.dispatcher.waiting.keys():
            if self.place[other] < mine and other != missed:
                raise Broken(f"{call} ({mine}) overtakes {other} ({self.place[other]})")
        self.rings[leg] = (call, agent)

    def _dialled(self, call: CallId) -> None:
        self.dials += 1
        agents = [who for of, who in self.up.values() if of == call]
        insist(len(agents) == 1, f"{call} is dialled with {len(agents)} agents")
        entry, _, _ = call.partition(".")
        same = [one for one in (*self.out, *self.callers) if one.startswith(f"{entry}.")]
        insist(not same, f"{call} is dialled besides {same}")
        self.out.add(call)

    def check(self) -> None:
        reserved = [a for a in self.engine.dispatcher.agents.values() if a.call is not None]
        insist(len(self.out) <= len(reserved), "more callbacks are out than agents")

    def go_home(self) -> None:
        """Everybody hangs up; an hour later nobody is reserved for anybody."""
        for entry in [*self.engine.dial_list.entries]:
            self.feed(EntryCancelled(entry, "over"))
        for call in sorted(self.callers):
            self.hang_up(call)
        while self.out:
            self.citizen_fails(0)
        for leg in [*self.rings, *self.up]:
            self.agent_down(leg, 16)
        for _ in range(60):
            self.wait(3)
        insist(not self.engine.call_engine.calls, f"left: {self.engine.call_engine.calls.keys()}")
        kept = [a for a in self.engine.dispatcher.agents.values() if a.call is not None]
        insist(not kept and not self.out, f"reserved for nobody: {kept}")
