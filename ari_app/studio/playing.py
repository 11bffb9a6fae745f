"""One call through an unsaved tree: all that was done so far, done once more from the beginning.

Decides what a deed means and how what happened is told. Keeps nothing between two questions, so
there is nothing to leak, and a changed tree is played with the same keys at once. The call itself
is ``ivr.play.simulate``'s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import ivr
from ari_app.core.records import Json
from ari_app.flows.stage import Stage, prompt_seconds, spoken_text
from ari_app.studio.checking import Row
from ivr.facts import FactValue, form_of
from ivr.fields import NodeRef
from ivr.play.simulate import Player
from ivr.play.telling import queue_words
from ivr.play.trace import Answered, Entry, Over, Went
from ivr.play.trial import AskedFacts
from ivr.play.world import MessagePlan, QueuePlan, TransferPlan

MOST_DEEDS: Final = 300
LONGEST_WAIT_S: Final = 600.0
TALK_S: Final = 60.0
KEYS: Final = "0123456789*#"
SHOWN_ENTRIES: Final = 400


@dataclass(frozen=True, slots=True)
class Deed:
    """What the one at the page did; ``name`` and ``value`` of a fact."""

    do: str
    key: str = ""
    seconds: float = 0.0
    name: str = ""
    value: FactValue | None = None


@dataclass(frozen=True, slots=True)
class Script:
    dialled: str
    flow: str
    facts: Mapping[str, FactValue]
    deeds: Sequence[Deed]


class NoSuchTree(Exception):
    """The text is its name."""


def played(stage: Stage, script: Script) -> Row:
    """Everything that happened, and where the call stands now."""
    facts = AskedFacts({**({"dialled": script.dialled} if script.dialled else {}), **script.facts})
    flow = _tree(stage, script)
    player = Player(flow, prompt_seconds(stage.prompts), dialled=script.dialled, facts=facts)
    for deed in script.deeds[:MOST_DEEDS]:
        if player.end is None:
            _do(player, facts, deed)
    teller = _Teller(stage, player)
    entries = [told for entry in player.log[-SHOWN_ENTRIES:] for told in teller.told(entry)]
    return {"entries": entries, "now": teller.now(facts)}


def _tree(stage: Stage, script: Script) -> ivr.Flow:
    if not script.flow:
        return stage.trees.for_dialled(script.dialled)
    if script.flow not in stage.trees.flows:
        raise NoSuchTree(script.flow)
    return stage.trees.flows[script.flow]


# --- what is done --------------------------------------------------------------------------------


def _do(player: Player, facts: AskedFacts, deed: Deed) -> None:
    match deed.do:
        case "go_on":
            player.let_happen()
        case "wait":
            player.wait(min(max(deed.seconds, 0.0), LONGEST_WAIT_S))
        case "key" if deed.key in KEYS:
            player.press(deed.key)
        case "hang_up":
            player.hang_up()
        case "fact":
            _set_fact(facts, deed)
        case _ if deed.do in _WORLD:
            _WORLD[deed.do](player)
            player.apply_world()
            player.run_until(player.now)


def _set_fact(facts: AskedFacts, deed: Deed) -> None:
    if deed.value is None:
        facts.values.pop(deed.name, None)
    elif form_of(deed.name) is not None:
        facts.values[deed.name] = deed.value


def _answer(player: Player) -> None:
    player.world.queue = QueuePlan(answers_after_s=0.0, talk_s=TALK_S)


def _refuse(player: Player) -> None:
    player.world.queue = QueuePlan(fails="full")


def _busy(player: Player) -> None:
    player.world.transfers = (TransferPlan("busy"),)


def _silent(player: Player) -> None:
    player.world.transfers = (TransferPlan("no_answer"),)


def _break(player: Player) -> None:
    player.world.next_prompt_fails = True


def _no_message(player: Player) -> None:
    player.world.message = MessagePlan(fails="nothing_said")


_WORLD: Final[Mapping[str, Callable[[Player], None]]] = {
    "answer": _answer,
    "refuse": _refuse,
    "busy": _busy,
    "no_answer": _silent,
    "break": _break,
    "no_message": _no_message,
}
DEEDS: Final = ("go_on", "wait", "key", "hang_up", "fact", *_WORLD)


# --- what is told --------------------------------------------------------------------------------


class _Teller:
    def __init__(self, stage: Stage, player: Player) -> None:
        self._stage, self._player = stage, player
        self._seconds = prompt_seconds(stage.prompts)

    def told(self, entry: Entry) -> Iterator[Json]:
        for row in self._rows(entry):
            yield {"at": round(entry.at, 2), "node": entry.node, **row}

    def now(self, facts: AskedFacts) -> Row:
        player = self._player
        trace = player.trace()
        keys: list[Json] = [key for key in KEYS if player.takes(key)]
        unknown: list[Json] = [*facts.unknown]
        way: list[Json] = [*trace.nodes]
        next_at = player.next_at
        return {
            "at": round(player.now, 2),
            "node": player.state.node,
            **self._place(player.state.node),
            "phase": self._phase(),
            "keys": keys,
            "next_in_s": None if next_at == float("inf") else round(next_at - player.now, 2),
            "ends": player.end,
            "person_s": trace.person_s,
            "pressed": player.keys,
            "language": player.state.language,
            "fields": dict(player.state.fields),
            "queue": queue_words(trace.queue) if trace.queue else "",
            "way": way,
            "unknown_facts": unknown,
        }

    def _phase(self) -> str:
        player = self._player
        if player.end is not None:
            return "over"
        if player.with_person:
            return "with_person"
        if player.is_waiting:
            return "waiting"
        return "speaking" if player.is_speaking else player.state.phase

    def _rows(self, entry: Entry) -> Iterator[Row]:
        match entry.thing:
            case Went(_, nodes, _):
                for node in nodes:
                    yield {"kind": "node", "name": node, **self._place(node)}
            case ivr.Say(prompts):
                yield from self._said(prompts)
            case ivr.Key(digit):
                lost = any(one is entry for one in self._player.unheeded)
                yield {"kind": "key", "name": digit, "is_lost": lost}
            case Answered(by):
                yield {"kind": "answered", "name": by}
            case Over(end):
                yield {"kind": "over", "name": end}
            case thing:
                yield from _of_the_world(thing)

    def _said(self, prompts: Sequence[ivr.Prompt]) -> Iterator[Row]:
        for prompt in prompts:
            text, language = spoken_text(self._stage.prompts, prompt)
            heard = self._stage.prompts.played_language(*prompt)
            yield {
                "kind": "say",
                "name": prompt.id,
                "text": text,
                "language": language,
                "seconds": round(self._seconds(prompt), 2),
                "recorded_in": heard or "",
            }

    def _place(self, node: str) -> Row:
        flow = self._player.flow
        known = flow.nodes.get(NodeRef(node))
        file, place = self._stage.trees.place(str(flow.flow), node)
        return {"file": file, "line": place.line, "type": known.type if known else ""}


def _of_the_world(thing: object) -> Iterator[Row]:
    match thing:
        case ivr.ToQueue(queue, needs, priority, join):
            yield {
                "kind": "queue", "name": queue_words(thing),
                "queue": queue, "needs": dict(needs), "priority": priority, "join": join,
            }  # fmt: skip
        case ivr.Transfer(to):
            yield {"kind": "transfer", "name": str(to)}
        case ivr.TakeMessage():
            yield {"kind": "message", "name": ""}
        case ivr.PromiseCallback(number, queue):
            yield {"kind": "callback", "name": f"{number} {queue}".strip()}
        case ivr.SetLanguage(language):
            yield {"kind": "language", "name": str(language)}
        case ivr.SetField(name, value):
            yield {"kind": "field", "name": f"{name} = {value}"}
        case ivr.HangUp(reason):
            yield {"kind": "hang_up", "name": str(reason)}
        case ivr.CallerLeft():
            yield {"kind": "caller_left", "name": ""}
        case ivr.PromptFailed():
            yield {"kind": "prompt_failed", "name": ""}
        case ivr.QueueFailed(reason) | ivr.TransferFailed(reason) | ivr.MessageFailed(reason):
            yield {"kind": "failed", "name": str(reason)}
        case ivr.TalkEnded() | ivr.TransferEnded():
            yield {"kind": "talk_ended", "name": ""}
        case ivr.MessageTaken(seconds):
            yield {"kind": "message_taken", "name": f"{seconds:.0f}"}
