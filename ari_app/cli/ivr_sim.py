"""``hotline ivr sim``: one call through a tree, played in the terminal on a virtual clock.

Decides what is shown and what a typed line means. The call itself is ``ivr.play.simulate``'s.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.text import Text

import ivr
from ari_app.cli.ivr_source import refused, shown_path
from ari_app.flows.stage import Stage, load_stage, prompt_seconds, spoken_text
from ivr.facts import EMERGENCY_PROMPT, FORMS, FactValue, form_of
from ivr.fields import NodeRef
from ivr.play.simulate import Player
from ivr.play.telling import queue_words, words_of
from ivr.play.trace import SILENCING, Entry, Went
from ivr.play.trial import AskedFacts
from ivr.play.world import QueuePlan, TransferPlan
from ivr.problems import did_you_mean

HELP = """\
Enter  wait until something happens     3   press a key, at this moment (also 12345#)
w 10   wait 10 seconds                  h   hang up
a      an agent answers now             f   the queue takes nobody
b, n   the outside number is engaged, does not answer
p      what is being said breaks off    q   quit
caller.is_vip = true    from now on this fact is so"""

_TALK_S = 60.0


def sim(
    dialled: Annotated[str, typer.Option(help="The number that is dialled.")] = "",
    flow: Annotated[str, typer.Option(help="A tree by its name. Default: the number's.")] = "",
    fact: Annotated[
        Optional[list[str]],  # noqa: UP045  (typer reads it at run time)
        typer.Option(help="What the tree may ask: caller.is_vip=true. Again for more."),
    ] = None,
    keys: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Play without a terminal: 3,1 - each as soon as the tree takes it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the call as JSON.")] = False,
) -> None:
    """Play one call in the terminal: typed keys, a virtual clock. 模拟一次来电。"""
    from ari_app.cli import _settings

    stage = load_stage(_settings().config_dir)
    if isinstance(stage, list):
        raise typer.Exit(refused(stage, as_json=as_json))
    tree = _tree(stage, flow, dialled)
    facts = AskedFacts({**({"dialled": dialled} if dialled else {}), **_facts(fact or [])})
    player = Player(tree, prompt_seconds(stage.prompts), dialled=dialled, facts=facts)
    if keys is None and not as_json:
        Screen(stage, player, facts).run()
        return
    press_each(player, keys or "")
    if as_json:
        print(json.dumps(_as_json(player), ensure_ascii=False, indent=2))
    else:
        Screen(stage, player, facts).show_all()


def _tree(stage: Stage, name: str, dialled: str) -> ivr.Flow:
    if not name:
        return stage.trees.for_dialled(dialled)
    if name not in stage.trees.flows:
        hint = did_you_mean(name, stage.trees.flows, what="Trees")
        raise typer.BadParameter(f"there is no tree '{name}'. {hint}", param_hint="--flow")
    return stage.trees.flows[name]


def _facts(given: list[str]) -> dict[str, FactValue]:
    return dict(_fact(one) for one in given)


def _fact(text: str) -> tuple[str, FactValue]:
    """``name=value``; the fact's kind says how the value is read."""
    name, equals, value = (part.strip() for part in text.partition("="))
    found = form_of(name)
    if not equals:
        raise typer.BadParameter(f"'{text}': write name=value.", param_hint="--fact")
    if name == EMERGENCY_PROMPT:
        return name, value
    if found is None:
        hint = did_you_mean(name, [form.pattern for form in FORMS], what="Facts")
        raise typer.BadParameter(f"there is no fact '{name}'. {hint}", param_hint="--fact")
    if found[0].kind == "yes_no":
        if value not in ("true", "false"):
            raise typer.BadParameter(f"{name} is true or false.", param_hint="--fact")
        return name, value == "true"
    if found[0].kind == "number":
        try:
            return name, float(value) if "." in value else int(value)
        except ValueError:
            raise typer.BadParameter(f"{name} is a number.", param_hint="--fact") from None
    return name, value


def press_each(player: Player, keys: str) -> None:
    """Every key as soon as the tree takes it; then stay on the line."""
    for digit in (one for one in keys if one not in ", "):
        if digit not in "0123456789*#":
            raise typer.BadParameter(f"'{digit}' is no key.", param_hint="--keys")
        while not (player.end or player.takes(digit) or player.waits_for_nobody):
            if player.next_at == float("inf"):
                break
            player.let_happen()
        player.press(digit)
    player.finish()


def _as_json(player: Player) -> dict[str, object]:
    trace = player.trace()
    return {
        "flow": player.flow.flow,
        "ends": trace.end,
        "seconds": round(trace.ended_at, 3),
        "person_s": trace.person_s,
        "path": trace.nodes,
        "keys": trace.keys,
        "language": trace.state.language,
        "fields": dict(trace.state.fields),
        "queue": None
        if trace.queue is None
        else {
            "queue": trace.queue.queue,
            "needs": dict(trace.queue.needs),
            "priority": trace.queue.priority,
        },
        "heard": [
            {
                "at": round(one.at, 3),
                "node": one.node,
                "prompt": one.prompt.id,
                "language": one.prompt.language,
                "heard_s": round(one.heard_s, 3),
                "full_s": round(one.full_s, 3),
            }
            for one in trace.heard
        ],
        "log": [
            {"at": round(entry.at, 3), "node": entry.node, "what": words}
            for entry in trace.log
            if (words := words_of(entry.thing))
        ],
    }


class Screen:
    """Shows what happened since it last looked, and asks what to do next."""

    def __init__(self, stage: Stage, player: Player, facts: AskedFacts) -> None:
        self._stage = stage
        self._player = player
        self._facts = facts
        self._shown = self._told_facts = 0
        self._out = Console(highlight=False, soft_wrap=True)
        self._seconds = prompt_seconds(stage.prompts)

    def show_all(self) -> None:
        self._show()
        self._summary()

    def run(self) -> None:
        self._out.print(f"{self._stage.shown}: {self._player.flow.flow}   (? helps)", style="dim")
        self._show()
        while self._player.end is None:
            try:
                line = input(f"{_clock(self._player.now)} {self._player.state.node}> ").strip()
            except (EOFError, KeyboardInterrupt):
                self._out.print()
                break
            if line == "q":
                break
            self._do(line)
            self._show()
        self._summary()

    # --- what a line means -------------------------------------------------------------------

    def _do(self, line: str) -> None:
        player, word = self._player, line.partition(" ")[0]
        if line == "":
            self._wait()
        elif set(line) <= set("0123456789*#"):
            for index, digit in enumerate(line):
                player.wait(0.5 if index else 0.0)
                player.press(digit)
        elif word == "w":
            self._wait_for(line[1:].strip())
        elif line == "h":
            player.hang_up()
        elif "=" in line:
            self._set_fact(line)
        elif line in self._WORLD:
            getattr(self, self._WORLD[line])()
            player.apply_world()
            player.run_until(player.now)
        else:
            self._out.print(HELP, style="dim")

    _WORLD = {"a": "_answer", "f": "_refuse", "b": "_engaged", "n": "_silent", "p": "_break"}  # noqa: RUF012

    def _answer(self) -> None:
        self._player.world.queue = QueuePlan(answers_after_s=0.0, talk_s=_TALK_S)

    def _refuse(self) -> None:
        self._player.world.queue = QueuePlan(fails="full")

    def _engaged(self) -> None:
        self._player.world.transfers = (TransferPlan("busy"),)

    def _silent(self) -> None:
        self._player.world.transfers = (TransferPlan("no_answer"),)

    def _break(self) -> None:
        self._player.world.next_prompt_fails = True

    def _wait(self) -> None:
        """One thing happens by itself."""
        player = self._player
        if player.next_at == float("inf"):
            self._out.print("Nothing happens by itself any more: a, f, h, or a key.", style="dim")
            return
        begun = len(player.log)
        player.let_happen()
        if not any(line for entry in player.log[begun:] for line in self._lines(entry)):
            until = "" if player.next_at == float("inf") else f" until {_clock(player.next_at)}"
            self._out.print(f"{_clock(player.now)}  (silence{until})", style="dim")

    def _wait_for(self, seconds: str) -> None:
        try:
            self._player.wait(max(0.0, float(seconds)))
        except ValueError:
            self._out.print("Write the seconds: w 10", style="dim")

    def _set_fact(self, line: str) -> None:
        try:
            name, value = _fact(line)
        except typer.BadParameter as error:
            self._out.print(error.message, style="red")
        else:
            self._facts.values[name] = value

    # --- what is seen --------------------------------------------------------------------------

    def _show(self) -> None:
        log = self._player.log
        for entry in log[self._shown :]:
            for line in self._lines(entry):
                self._out.print(line)
        self._shown = len(log)
        for name in self._facts.unknown[self._told_facts :]:
            self._out.print(f"           asked and not known: {name}", style="dim")
        self._told_facts = len(self._facts.unknown)

    def _lines(self, entry: Entry) -> Iterator[Text]:
        match entry.thing:
            case Went(_, nodes, _):
                for node in nodes:
                    yield self._node(entry.at, node)
            case ivr.Say(prompts):
                yield from self._said(entry, prompts)
            case ivr.ToQueue() as asked:
                yield _line(entry.at, "=> ", queue_words(asked), "bold green")
                yield _line(None, "   ", self._card(), "green")
            case ivr.Key(digit):
                is_lost = any(one is entry for one in self._player.unheeded)
                yield _line(entry.at, "[] ", f"key {digit}" + ", means nothing" * is_lost, "bold")
            case ivr.PromptEnded() | ivr.TimedOut() | ivr.StopSay() | ivr.Entered():
                return
            case thing:
                yield _line(entry.at, "-- ", words_of(thing), "yellow")

    def _node(self, at: float, node: str) -> Text:
        flow = self._player.flow
        file, place = self._stage.trees.place(flow.flow, node)
        kind = flow.nodes[NodeRef(node)].type
        line = _line(at, "", node, "bold cyan")
        return line.append(f"  {kind}  {shown_path(file)}:{place.line}", style="dim")

    def _said(self, entry: Entry, prompts: tuple[ivr.Prompt, ...]) -> Iterator[Text]:
        """All that begins to be said; as far as it is known already, how it is cut short."""
        at, until = entry.at, self._silent_from(entry)
        for prompt in prompts:
            full_s = self._seconds(prompt)
            if at >= until and until < float("inf"):
                yield _line(None, "🔊 ", "(the rest is not heard)", "dim")
                return
            text, language = spoken_text(self._stage.prompts, prompt)
            line = _line(at, "🔊 ", text or "(no text)")
            cut = f", cut after {until - at:.1f} s" if until < at + full_s else ""
            yield line.append(f"  {prompt.id} {language} {full_s:.1f} s{cut}", style="dim")
            at += full_s

    def _silent_from(self, entry: Entry) -> float:
        """When it was said to its end or cut short; infinity while that is open."""
        log = self._player.log
        begun = next(index for index, one in enumerate(log) if one is entry)
        ends = (one.at for one in log[begun + 1 :] if isinstance(one.thing, SILENCING))
        return next(ends, float("inf"))

    def _card(self) -> str:
        """What the queue gets with the call, and the agent sees."""
        state = self._player.state
        steps = [f"{node} [{key}]" if key else node for node, key in state.path]
        fields = "".join(f", {name}: {value}" for name, value in state.fields)
        return f"language {state.language}, path {' > '.join(steps)}{fields}"

    def _summary(self) -> None:
        trace = self._player.trace()
        end = "broken off" if self._player.end is None else trace.end
        asked = "was there" if trace.answered_at is not None else "was asked for"
        person = (
            f"a person {asked} after {trace.person_s:.1f} s"
            if trace.person_s is not None
            else "no person"
        )
        keys = trace.keys or "none"
        self._out.print(
            f"{end} after {_clock(trace.ended_at)}, {person}, keys: {keys}", style="bold"
        )


def _clock(at: float) -> str:
    return f"{int(at // 60):02d}:{at % 60:04.1f}"


def _line(at: float | None, mark: str, words: str, style: str = "") -> Text:
    line = Text(f"{_clock(at)}  " if at is not None else " " * 9, style="dim")
    return line.append(mark, style="default not dim").append(words, style=f"not dim {style}")
