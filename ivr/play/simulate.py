"""One call through a tree on a virtual clock, with the interpreter that serves live calls.

Decides the order in which a prompt's end, a deadline and the world's answers reach the tree, as
the service does it. Must not decide anything that the tree decides, and knows no script's form.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from ivr.actions import (
    Action,
    HangUp,
    PromiseCallback,
    Say,
    StopSay,
    TakeMessage,
    ToQueue,
    Transfer,
)
from ivr.events import (
    CallerLeft,
    Entered,
    Event,
    Key,
    MessageFailed,
    MessageTaken,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TalkEnded,
    TimedOut,
    TransferEnded,
    TransferFailed,
)
from ivr.facts import NO_FACTS, Facts
from ivr.model import Flow
from ivr.play.trace import Answered, End, Entry, Over, PromptSeconds, Trace, Went
from ivr.play.world import World
from ivr.state import MAX_HOPS, MAX_PATH
from ivr.step import start, step

LONGEST_CALL_S: Final = 4 * 3600.0
MOST_EVENTS: Final = 20_000
_NEVER: Final = math.inf
_BEGIN, _SAID, _LATE, _TALKED = Entered(), PromptEnded(), TimedOut(), TalkEnded()
_KEEP_PATH: Final = MAX_PATH - MAX_HOPS - 1
_SOON_S: Final = {"answered": 0.0, "busy": 3.0, "failed": 1.0}


class Player:
    """A caller in a tree. Whoever holds it lets time pass, presses keys and reads the trace."""

    def __init__(
        self,
        flow: Flow,
        lengths: PromptSeconds,
        *,
        dialled: str = "",
        facts: Facts = NO_FACTS,
        world: World | None = None,
    ) -> None:
        self.flow = flow
        self.facts = facts
        self.world = world or World()
        self.now = 0.0
        self.state = start(flow, dialled)
        self.log: list[Entry] = []
        self.nodes = [self.state.node]
        self.keys = ""
        self.queued_at: float | None = None
        self.answered_at: float | None = None
        self.last_queue: ToQueue | None = None
        self.last_transfer: Transfer | None = None
        self.unheeded: list[Entry] = []
        self.end: End | None = None
        self.with_person = False
        self.said: Say | None = None
        self.said_from = self.said_until = 0.0
        # Grows whenever something new is said or a node is entered.
        self.turns = 0
        self.queue: ToQueue | None = None
        self.waiting_since: float | None = None
        self._lengths = lengths
        self._said_at = _NEVER
        self._said: Event = _SAID
        self._world_at = _NEVER
        self._answer: Event | Answered = _TALKED
        self._pending: Transfer | TakeMessage | None = None
        self.log.append(Entry(0.0, self.state.node, Went("", (self.state.node,), _BEGIN)))
        self._tell(_BEGIN)

    # --- what a caller does ------------------------------------------------------------------

    def press(self, digit: str) -> None:
        """The keys of a caller who talks to a person do not reach the tree."""
        if self.end is None:
            self.keys += digit
            self._tell(Key(digit))

    def hang_up(self) -> None:
        if self.end is None:
            self._tell(CallerLeft())
            self._finish("hung_up")

    def wait(self, seconds: float) -> None:
        self.run_until(self.now + seconds)

    def run_until(self, instant: float) -> None:
        """Let everything happen that happens until then."""
        while self.end is None and (at := self.next_at) <= instant:
            self._happen(at)
        if self.end is None and instant > self.now:
            self.now = instant

    def run_while(self, goes_on: Callable[["Player"], bool]) -> None:
        """Until the condition fails, the call is over, or nothing would happen any more."""
        while self.end is None and goes_on(self) and (at := self.next_at) < _NEVER:
            self._happen(at)

    def finish(self) -> Trace:
        """The caller stays until a queue that answers nobody has said its words, or the end."""
        while self.end is None and (at := self.next_at) < _NEVER:
            if self._said_at == _NEVER and self.waits_for_nobody:
                break
            self._happen(at)
        if self.end is None:
            self._finish("queued" if self.is_waiting else "endless")
        return self.trace()

    # --- what one sees of the call -----------------------------------------------------------

    @property
    def next_at(self) -> float:
        """When something happens by itself; infinity for never."""
        if self.with_person:
            return self._world_at
        deadline = self.state.deadline
        first = self._said_at if self._said_at < self._world_at else self._world_at
        return first if deadline is None or first <= deadline else deadline

    @property
    def is_speaking(self) -> bool:
        return self._said_at < _NEVER

    @property
    def is_waiting(self) -> bool:
        return self.waiting_since is not None

    @property
    def waits_for_nobody(self) -> bool:
        """In a queue, and the world has nothing planned for it."""
        return self.is_waiting and self._world_at == _NEVER and self.state.phase == "queued"

    def trace(self) -> Trace:
        end: End = self.end or ("queued" if self.is_waiting else "endless")
        return Trace(
            log=tuple(self.log),
            end=end,
            ended_at=self.now,
            state=self.state,
            lengths=self._lengths,
            nodes=tuple(self.nodes),
            keys=self.keys,
            queue=self.last_queue,
            transfer=self.last_transfer,
            queued_at=self.queued_at,
            answered_at=self.answered_at,
        )

    def takes(self, digit: str) -> bool:
        """Whether this key would mean anything to the tree now."""
        if self.end is not None or self.with_person:
            return False
        after, actions = step(self.flow, self.state, Key(digit), self.now, self.facts)
        return after is not self.state or bool(actions)

    # --- time ----------------------------------------------------------------------------------

    def let_happen(self) -> None:
        """The next thing, if there is one."""
        if self.end is None and (at := self.next_at) < _NEVER:
            self._happen(at)

    def _happen(self, at: float) -> None:
        """Of things at the same instant first what was said, last the deadline."""
        self.now = at if at > self.now else self.now
        if self.now > LONGEST_CALL_S or len(self.log) > MOST_EVENTS:
            self._finish("queued" if self.state.phase == "queued" else "endless")
        elif self._said_at <= at:
            self._said_at = _NEVER
            self._tell(self._said)
        elif self._world_at <= at:
            self._world_at = _NEVER
            self._answered(self._answer)
        else:
            self._tell(_LATE)

    def _tell(self, event: Event) -> None:
        if self.with_person and not isinstance(event, TalkEnded | TransferEnded | CallerLeft):
            self.log.append(Entry(self.now, self.state.node, event))
            return
        before = self.state
        if len(before.path) > _KEEP_PATH:
            # The trace has the whole way; this keeps what is new below the state's own limit.
            before = before._replace(path=before.path[-1:])
        after, actions = step(self.flow, before, event, self.now, self.facts)
        self.state = after
        node = after.node
        self.log.append(Entry(self.now, node, event))
        if after is before:
            self.unheeded.append(self.log[-1])
        if after.path is not before.path:
            entered = tuple([name for name, key in after.path[len(before.path) :] if not key])
            if entered:
                self.turns += 1
                self.nodes += entered
                self.log.append(Entry(self.now, node, Went(before.node, entered, event)))
        for action in actions:
            self.log.append(Entry(self.now, node, action))
            act = _ACT.get(type(action))
            if act is not None:
                act(self, action)

    def _ask_outside(self, action: Transfer | TakeMessage) -> None:
        self._leave_queue()
        self._pending = action
        self.apply_world()

    def _fall_silent(self, action: StopSay) -> None:
        self._said_at = _NEVER

    def _leave_for_callback(self, action: PromiseCallback) -> None:
        self._leave_queue()

    def _hang_up(self, action: HangUp) -> None:
        self._finish("finished")

    def _say(self, action: Say) -> None:
        self.turns += 1
        self.said, self._said = action, _SAID
        self._said_at = self.now + sum(map(self._lengths, action.prompts))
        self.said_from, self.said_until = self.now, self._said_at
        if self.world.next_prompt_fails or self.world.mute:
            self._fail_prompt()

    def _fail_prompt(self) -> None:
        """What is being said breaks off, if the world wants that."""
        if self.said is None or not self.is_speaking:
            return
        mute = self.world.mute
        if self.world.next_prompt_fails or any(one.id in mute for one in self.said.prompts):
            self.world.next_prompt_fails = False
            self._said, self._said_at = PromptFailed(), self.now

    # --- the world -----------------------------------------------------------------------------

    def apply_world(self) -> None:
        """The world's plan for what the caller waits for now; call it when the plan changed."""
        if isinstance(self._pending, Transfer):
            self._plan_transfer(self._pending)
        elif isinstance(self._pending, TakeMessage):
            self._plan_message(self._pending)
        elif self.queue is not None and self.waiting_since is not None:
            self._plan_queue(self.queue, self.now)
        self._fail_prompt()

    def _enqueue(self, action: ToQueue) -> None:
        if self.waiting_since is None:
            self.waiting_since = self.now
        if self.queued_at is None:
            self.queued_at = self.now
        self.queue, self._pending, self.last_queue = action, None, action
        self._plan_queue(action, self.waiting_since)

    def _plan_queue(self, action: ToQueue, since: float) -> None:
        plan = self.world.queue
        self._world_at = _NEVER
        if not plan.concerns(action.queue):
            return
        if plan.fails:
            self._world_at, self._answer = self.now, QueueFailed(plan.fails)
        elif plan.answers_after_s is not None:
            self._world_at = max(self.now, since + plan.answers_after_s)
            self._answer = Answered(action.queue)

    def _plan_transfer(self, action: Transfer) -> None:
        self.last_transfer = action
        plan = self.world.transfers[0]
        if plan.result == "answered":
            self._answer = Answered(action.to)
        else:
            self._answer = TransferFailed(plan.result)
        usual_s = _SOON_S.get(plan.result, action.ring_s)
        self._world_at = self.now + (usual_s if plan.after_s is None else plan.after_s)

    def _plan_message(self, action: TakeMessage) -> None:
        plan = self.world.message
        seconds = min(plan.seconds, action.max_s)
        self._answer = MessageFailed(plan.fails) if plan.fails else MessageTaken(seconds)
        self._world_at = self.now if plan.fails else self.now + seconds

    def _answered(self, answer: Event | Answered) -> None:
        if isinstance(answer, Answered):
            self._connect(answer)
            return
        self.with_person = False
        self._pending = None
        if isinstance(answer, TransferFailed | TransferEnded):
            self.world.transfers = self.world.transfers[1:] or self.world.transfers
        self._tell(answer)

    def _connect(self, answer: Answered) -> None:
        self.log.append(Entry(self.now, self.state.node, answer))
        if self.answered_at is None:
            self.answered_at = self.now
        is_transfer = self._pending is not None
        plan = self.world.transfers[0] if is_transfer else self.world.queue
        self._leave_queue()
        self.with_person = True
        self._said_at = _NEVER
        if plan.talk_s is None:
            self._finish("transferred" if is_transfer else "connected")
        else:
            self._world_at = self.now + plan.talk_s
            self._answer = TransferEnded() if is_transfer else TalkEnded()

    def _leave_queue(self) -> None:
        self.waiting_since, self.queue, self._pending = None, None, None
        self._world_at = _NEVER

    def _finish(self, end: End) -> None:
        self.log.append(Entry(self.now, self.state.node, Over(end)))
        self.end = end
        self._said_at = self._world_at = _NEVER


_ACT: Final[Mapping[type[Action], Callable[[Player, Any], None]]] = {
    Say: Player._say,
    StopSay: Player._fall_silent,
    ToQueue: Player._enqueue,
    Transfer: Player._ask_outside,
    TakeMessage: Player._ask_outside,
    PromiseCallback: Player._leave_for_callback,
    HangUp: Player._hang_up,
}
"""What changes in the world; other actions are in the tree's own state already."""
