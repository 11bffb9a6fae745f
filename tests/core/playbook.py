"""Tests that read like the protocol: ``>> event`` goes in, ``<< command`` must come out.

A playbook drives the real engine. Commands that are only bookkeeping (writes, desk messages, a
recording's renewals) are left out of the comparison unless a test asks for them.
"""

from collections.abc import Iterable

import ivr
from ari_app.core.agent import Agent, AgentState
from ari_app.core.commands import Command, LookUpCaller, RenewRecording, Tell, Write
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.events import Event
from ari_app.core.records import Record
from ari_app.core.shelf import Shelf
from ari_app.core.staffing import Staffing
from ari_app.core.values import AgentId, AgentProfile, Centre, QueueName, QueueProfile
from ari_app.core.world import OutsideNumber

FLOW = """
flow: test
language: zh_CN
start: welcome
last_resort: anybody
nodes:
  welcome:
    type: menu
    prompts: [greeting]
    keys: {3: english, 0: anybody, 4: police, 5: note, 6: together, 8: call_back, 9: nowhere}
    first_key_s: 2
    on_no_key: {next: mandarin}
    on_wrong_key: {next: mandarin}
  mandarin: {type: queue, queue: general, needs: {zh: 1}}
  english: {type: language, language: en, next: english_desk}
  english_desk: {type: queue, queue: general, needs: {en: 3}, max_wait_s: 45, on_timeout: sorry}
  sorry: {type: say, prompts: [no_speaker], next: anybody}
  anybody: {type: queue, queue: general}
  police: {type: transfer, to: "110", ring_s: 20, on_busy: mandarin, on_failure: english_desk}
  nowhere: {type: transfer, to: "114", on_failure: mandarin}
  together: {type: transfer, to: "110", three_way: {queue: general, needs: {zh: 1}}}
  note: {type: message, prompts: [speak_now], max_s: 60, next: thanks, on_failure: mandarin}
  thanks: {type: hangup, prompts: [goodbye]}
  call_back:
    type: callback
    prompts: [call_back]
    queue: general
    needs: {zh: 1}
    priority: 2
    next: thanks
    otherwise: anybody
"""
NUMBERS = {"110": OutsideNumber("110", "公安报警", "emergency", 60.0)}
KEYS_WHILE_WAITING = FLOW.replace(
    "mandarin: {type: queue, queue: general, needs: {zh: 1}}",
    "mandarin: {type: queue, queue: general, needs: {zh: 1}, keys: {4: police, 8: call_back}}",
)
SURVEY = (
    FLOW.replace("last_resort: anybody", "last_resort: anybody\nafter_talk: marks")
    + """
  marks: {type: survey, prompts: [how_was_it], tries: 1, next: thanks}
"""
)
"""The same tree, with a question after the talk."""


def flow(text: str = FLOW) -> ivr.Flow:
    loaded = ivr.load(text, "test.yaml")
    assert isinstance(loaded, ivr.Flow), loaded
    return loaded


def centre(agents: dict[str, dict[str, int]], desk: Iterable[str] = ()) -> Centre:
    return Centre(
        agents={
            AgentId(name): AgentProfile(
                AgentId(name),
                name,
                skills,
                frozenset({QueueName("general")}),
                answer="desk" if name in desk else "phone",
            )
            for name, skills in agents.items()
        },
        queues={QueueName("general"): QueueProfile(QueueName("general"))},
        staffing=Staffing(missed_offers=1, work_limit_s=0),
    )


class Playbook:
    """``>>`` feeds an event, ``<<`` takes the next expected command; ``after`` passes time."""

    def __init__(
        self,
        agents: dict[str, dict[str, int]] | None = None,
        *,
        desk: Iterable[str] = (),
        ready: bool = True,
        engine: Engine | None = None,
        tree: str = FLOW,
    ) -> None:
        self.now = 1000.0
        people = {"wang": {"zh": 5}} if agents is None else agents
        self.engine = engine or Engine(
            Shelf.of(flow(tree)), centre(people, desk), lambda prompts: 3.0, numbers=NUMBERS
        )
        self.pending: list[Command] = []
        self.written: list[Record] = []
        self.told: list[Tell] = []
        self.renewed: list[RenewRecording] = []
        if ready and engine is None:
            for name in people:
                self.now += 1.0  # so that the first one named has been idle longest
                self._take(self.engine.handle(AgentSignedIn(AgentId(name)), self.now))
                self._take(self.engine.handle(AgentAskedReady(AgentId(name)), self.now))

    def __rshift__(self, event: Event) -> "Playbook":
        assert not self.pending, f"commands nobody expected before {event}: {self.pending}"
        self._take(self.engine.handle(event, self.now))
        return self

    def __lshift__(self, command: Command) -> "Playbook":
        assert self.pending, f"expected {command}, but nothing came"
        assert self.pending[0] == command
        self.pending.pop(0)
        return self

    def after(self, seconds: float) -> "Playbook":
        """Let time pass, stopping at each deadline on the way, as the shell does."""
        assert not self.pending, f"commands nobody expected: {self.pending}"
        until = self.now + seconds
        while (deadline := self.engine.next_deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self._take(self.engine.handle_timer(self.now))
        self.now = until
        return self

    def done(self) -> None:
        assert not self.pending, f"commands nobody expected: {self.pending}"

    def agent(self, name: str) -> Agent:
        return self.engine.dispatcher.agents[AgentId(name)]

    def state(self, name: str) -> AgentState:
        return self.agent(name).state

    def records(self, kind: type) -> list[Record]:
        return [record for record in self.written if isinstance(record, kind)]

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Write):
                self.written.append(command.record)
            elif isinstance(command, Tell):
                self.told.append(command)
            elif isinstance(command, RenewRecording):
                self.renewed.append(command)
            elif not isinstance(command, LookUpCaller):
                self.pending.append(command)
