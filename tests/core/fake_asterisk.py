"""A small model of Asterisk: legs, bridges and playbacks, and the events they give.

Commands take effect at once; their events wait in one line per call, and whoever drives the model
decides when they are heard. While the link is lost, commands fail and events are gone for ever.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from ari_app.core.commands import (
    Answer,
    CheckRecording,
    Command,
    Connect,
    DropBridge,
    FindMessage,
    HangUp,
    LeaveBridge,
    LookUpCaller,
    MuteLeg,
    MuteRecording,
    Play,
    RecordMessage,
    RenewRecording,
    RingAgent,
    RingOutside,
    StartHoldMusic,
    StartRinging,
    StartSnoop,
    StopHoldMusic,
    StopMessage,
    StopPlay,
    StopRinging,
    UnmuteLeg,
)
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    CallerKnown,
    Event,
    KeyPressed,
    LegDown,
    LegUp,
    MessageEnded,
    PlayEnded,
    RecordingChecked,
    RecordingMuted,
    RingFailed,
)
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    CheckedFile,
    History,
    LegId,
    LegSeen,
    MessageId,
    PlayId,
    bridge_of,
    call_of,
)

USER_BUSY, NORMAL = 17, 16


@dataclass
class FakeAsterisk:
    """``callers`` are up from the first moment; of ``phones`` each agent has at most one leg.

    ``outsides`` are legs to numbers outside, ``messages`` what is being recorded, ``music`` is in
    bridges whose callers are on hold; ``ringing`` are the legs that hear a ring tone.
    """

    callers: set[CallId] = field(default_factory=set)
    phones: dict[LegId, AgentId] = field(default_factory=dict)
    up: set[LegId] = field(default_factory=set)
    bridges: dict[BridgeId, set[LegId]] = field(default_factory=dict)
    plays: dict[PlayId, LegId] = field(default_factory=dict)
    outsides: set[LegId] = field(default_factory=set)
    messages: dict[MessageId, LegId] = field(default_factory=dict)
    music: set[BridgeId] = field(default_factory=set)
    muted: set[LegId] = field(default_factory=set)
    ringing: set[LegId] = field(default_factory=set)
    events: dict[CallId, deque[Event]] = field(default_factory=dict)
    unrecorded: set[CallId] = field(default_factory=set)
    heard_first: dict[CallId, LegId] = field(default_factory=dict)
    """Whose voice a recording knows since it was begun or renewed."""
    missed: dict[CallId, set[LegId]] = field(default_factory=dict)
    """Whose voice may be missing in a recording: they came to the citizen after somebody else, or
    again, or were left there, and it was not renewed since (decision 44)."""
    snoops: dict[LegId, LegId] = field(default_factory=dict)
    """Each with the leg that it hears."""
    has_link: bool = True

    # --- people ------------------------------------------------------------------------------

    def call_in(self, call: CallId) -> None:
        self.callers.add(call)
        self.happen(call, CallArrived(call, Caller("13800138000"), "12345"))

    def press(self, call: CallId, digit: str) -> None:
        self.happen(call, KeyPressed(LegId(call), digit))

    def answer(self, leg: LegId) -> None:
        self.up.add(leg)
        self.happen(call_of(leg), LegUp(leg))

    def end(self, leg: LegId, cause: int = NORMAL) -> None:
        """A leg goes, with its playbacks and its place in a bridge."""
        there = (self.callers, self.phones, self.outsides, self.snoops)
        if not any(leg in some for some in there):
            return
        for snoop in [snoop for snoop, heard in self.snoops.items() if heard == leg]:
            self.end(snoop)
        for message in [name for name, where in self.messages.items() if where == leg]:
            self.end_message(message)
        self.callers.discard(CallId(leg))
        self.phones.pop(leg, None)
        self.outsides.discard(leg)
        self.snoops.pop(leg, None)
        self.up.discard(leg)
        self.ringing.discard(leg)
        for play in [play for play, where in self.plays.items() if where == leg]:
            self.finish(play, ok=False)
        for bridge, legs in self.bridges.items():
            if leg in legs:
                legs.discard(leg)
                self._may_miss(bridge, legs)
        self.happen(call_of(leg), LegDown(leg, cause))

    def finish(self, play: PlayId, *, ok: bool = True) -> None:
        if self.plays.pop(play, None) is not None:
            self.happen(call_of(play), PlayEnded(play, ok))

    def end_message(self, message: MessageId, *, ok: bool = True) -> None:
        if self.messages.pop(message, None) is not None:
            self.happen(call_of(message), MessageEnded(message, 5.0 if ok else 0.0, ok))

    # --- the link ----------------------------------------------------------------------------

    def happen(self, call: CallId, event: Event) -> None:
        if self.has_link:
            self.events.setdefault(call, deque()).append(event)

    def lose_link(self) -> None:
        self.has_link = False
        self.events.clear()

    def seen(self, *, is_resync: bool) -> AsteriskSeen:
        legs = [LegSeen(LegId(call), True, caller=Caller("1"), dialled="1") for call in
                sorted(self.callers)]  # fmt: skip
        legs += [LegSeen(leg, leg in self.up, agent) for leg, agent in sorted(self.phones.items())]
        legs += [LegSeen(leg, leg in self.up) for leg in sorted(self.outsides)]
        legs += [LegSeen(snoop, True) for snoop in sorted(self.snoops)]
        bridges = [BridgeSeen(name, frozenset(legs)) for name, legs in self.bridges.items()]
        return AsteriskSeen(tuple(legs), tuple(bridges), {}, is_resync)

    def execute(self, command: Command) -> None:
        if isinstance(command, RingAgent | RingOutside) and not self.has_link:
            self.events.setdefault(command.call, deque()).append(RingFailed(command.leg))
        elif self.has_link:
            self._do(command)

    def _do(self, command: Command) -> None:
        match command:
            case Answer(leg) if leg not in self.callers:
                self.happen(CallId(leg), LegDown(leg))
            case Play(leg, play):
                if leg in self.callers:
                    self.plays[play] = leg
                else:
                    self.happen(CallId(leg), LegDown(leg))
            case StopPlay(play):
                self.finish(play)
            case RingAgent():
                self._ring(command)
            case StartSnoop(snoop, leg):
                assert snoop not in self.snoops, f"{snoop} is used twice"
                if leg in self.up:
                    self.snoops[snoop] = leg
                    self.happen(call_of(leg), LegUp(snoop))
                else:
                    self.happen(call_of(leg), LegDown(snoop))
            case Connect(bridge, legs):
                here = (self.callers, self.up, self.snoops)
                there = [leg for leg in legs if any(leg in some for some in here)]
                for other in self.bridges.values():
                    other.difference_update(there)
                self.bridges.setdefault(bridge, set()).update(there)
                self._may_miss(bridge, there)
                for leg in there:
                    self.happen(call_of(bridge), BridgeEntered(bridge, leg))
            case LeaveBridge(leg, bridge):
                self.bridges.get(bridge, set()).discard(leg)
            case DropBridge(bridge):
                self.bridges.pop(bridge, None)
                self.music.discard(bridge)
            case StartHoldMusic(bridge):
                if bridge in self.bridges:
                    self.music.add(bridge)
            case StopHoldMusic(bridge):
                self.music.discard(bridge)
            case StartRinging(leg):
                self.ringing.update({leg} & self.up)
            case StopRinging(leg):
                self.ringing.discard(leg)
            case MuteLeg(leg):
                self.muted.add(leg)
            case UnmuteLeg(leg):
                self.muted.discard(leg)
            case RingOutside():
                assert command.leg not in self.outsides, f"{command.leg} is used twice"
                if command.call in self.callers:
                    self.outsides.add(command.leg)
                else:
                    self.happen(command.call, LegDown(LegId(command.call)))
            case RecordMessage(leg, message):
                assert message not in self.messages, f"{message} is used twice"
                if leg in self.callers:
                    self.messages[message] = leg
                else:
                    self.happen(CallId(leg), LegDown(leg))
            case StopMessage(message):
                self.end_message(message)
            case FindMessage(message) if message not in self.messages:
                self.happen(call_of(message), MessageEnded(message))
            case HangUp(leg):
                self.end(leg)
            case LookUpCaller(call):
                self.happen(call, CallerKnown(call, History(tickets=({"ticket_id": "t"},))))
            case RenewRecording(call):
                self.missed.pop(call, None)
            case MuteRecording(call, is_muted):
                is_there = call in self.callers
                (self.unrecorded.add if is_muted and is_there else self.unrecorded.discard)(call)
                self.happen(call, RecordingMuted(call, is_muted, is_there))
            case CheckRecording(call):
                self.happen(call, RecordingChecked(call, CheckedFile("x.wav", 1.0, None)))

    def _may_miss(self, bridge: BridgeId, legs: Iterable[LegId]) -> None:
        """These speak to a citizen now, but nobody did before who the first one was."""
        call = call_of(bridge)
        others = {leg for leg in legs if bridge == bridge_of(call) and call_of(leg) != leg}
        if others and call in self.heard_first:
            self.missed.setdefault(call, set()).update(others)
        elif others:
            self.heard_first[call] = min(others)

    def _ring(self, command: RingAgent) -> None:
        assert command.leg not in self.phones, f"{command.leg} is used twice"
        if command.call not in self.callers:
            self.happen(command.call, LegDown(LegId(command.call)))
        elif command.agent in self.phones.values():
            self.happen(command.call, LegDown(command.leg, USER_BUSY))
        else:
            self.phones[command.leg] = command.agent
