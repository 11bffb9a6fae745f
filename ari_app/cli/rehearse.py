"""``hotline rehearse``: a whole day through the production dispatcher, before it happens.

Decides what options mean and how results are shown. Reads the real queues and agents; starts
nothing, calls nobody and writes nothing but the picture.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ari_app.core.values import Centre, QueueName
from ari_app.rehearse import erlang
from ari_app.rehearse.picture import picture
from ari_app.rehearse.plan import HOUR_S, Demand, Plan, calls_per_hour
from ari_app.rehearse.rehearsal import DAYS, rehearse, variants
from ari_app.rehearse.results import GOAL_S, Result, Waits
from ivr.problems import did_you_mean

STEADY_HOURS = 24


def run(
    day: Annotated[
        str, typer.Option(help="normal, peak or surge: its calls and seats.")
    ] = "normal",
    calls: Annotated[int, typer.Option(help="Calls of the day. Default: the day's.")] = 0,
    agents: Annotated[
        str, typer.Option(help="Seats in the busiest hour; several: 88,98,108.")
    ] = "",
    wrap_up: Annotated[str, typer.Option(help="Seconds of wrap-up; several: 55,30.")] = "55,30",
    talk: Annotated[float, typer.Option(min=1, help="Mean talk in seconds.")] = 180.0,
    exponential: Annotated[
        bool, typer.Option("--exponential", help="Talks are exponential, not lognormal.")
    ] = False,
    patience: Annotated[
        float, typer.Option(min=0, help="Mean patience in seconds; 0: nobody gives up.")
    ] = 180.0,
    answer: Annotated[float, typer.Option(min=0, help="Seconds until an agent answers.")] = 3.0,
    missed: Annotated[float, typer.Option(min=0, max=0.9, help="Share of missed offers.")] = 0.0,
    demand: Annotated[
        Optional[list[str]],  # noqa: UP045  (typer reads it at run time)
        typer.Option(help="QUEUE[:skill=level,...]*WEIGHT, for example general:en=3*5. Again."),
    ] = None,
    mode: Annotated[
        str, typer.Option(help="A mode of modes.yaml: also the same day with it on.")
    ] = "",
    steady: Annotated[
        bool, typer.Option("--steady", help="Calls come evenly and everybody stays all day.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same callers.")] = 1,
    drawn: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--picture", help="Write the curves as SVG into this file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Rehearse a day in virtual time with the real routing: waits, lines, wrap-up. 演练一天。"""
    if day not in DAYS:
        raise typer.BadParameter(did_you_mean(day, DAYS, what="Days"), param_hint="--day")
    centre = _centre()
    plan = Plan(
        calls=calls or DAYS[day][0],
        seats=0,
        wrap_up_s=0.0,
        demands=_demands(demand or [], centre),
        talk_s=talk,
        talk="exponential" if exponential else "lognormal",
        patience_s=patience or None,
        answer_s=answer,
        missed=missed,
        seed=seed,
    )
    if steady:
        plan = replace(plan, curve=(1.0,) * STEADY_HOURS, shifts=False)
    seats = [int(one) for one in _numbers(agents or str(DAYS[day][1]), "--agents")]
    modes = [""] if not mode else ["", _known_mode(mode, centre)]
    plans = variants(plan, seats, _numbers(wrap_up, "--wrap-up"), modes)
    results = [rehearse(one, centre, time.perf_counter) for one in plans]
    if drawn is not None:
        drawn.write_text(picture(results, [_name(one.plan) for one in results]), encoding="utf-8")
    if as_json:
        print(json.dumps([_as_data(one) for one in results], ensure_ascii=False, indent=2))
    else:
        _show(results, drawn)


def _centre() -> Centre:
    from ari_app.cli import _settings
    from ari_app.cli.ivr_source import refused
    from ari_app.configuration import load_groundwork

    ground = load_groundwork(_settings().config_dir)
    if isinstance(ground, list):
        raise typer.Exit(refused(ground, as_json=False))
    if not any(one.role == "agent" for one in ground.centre.agents.values()):
        raise typer.BadParameter("agents.yaml names nobody with the role 'agent' to rehearse with.")
    return ground.centre


def _known_mode(name: str, centre: Centre) -> str:
    if name not in centre.modes:
        hint = did_you_mean(name, centre.modes, what="Modes")
        raise typer.BadParameter(f"there is no mode '{name}'. {hint}", param_hint="--mode")
    return name


def _numbers(text: str, option: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"'{text}': write numbers with commas between: 55,30.", param_hint=option
        ) from None
    if min(numbers) < (1 if option == "--agents" else 0):
        raise typer.BadParameter(f"'{text}': there are no fewer than none.", param_hint=option)
    return numbers


def _demands(given: Sequence[str], centre: Centre) -> tuple[Demand, ...]:
    """What callers need; unless said otherwise, all need anybody of the first queue."""
    demands = tuple(_demand(one) for one in given) or (Demand(next(iter(centre.queues))),)
    for one in demands:
        if one.queue not in centre.queues:
            hint = did_you_mean(one.queue, centre.queues, what="Queues")
            raise typer.BadParameter(
                f"there is no queue '{one.queue}'. {hint}", param_hint="--demand"
            )
        if not any(_can_take(agent.skills, agent.queues, one) for agent in centre.agents.values()):
            raise typer.BadParameter(
                f"no agent of agents.yaml can take {_needs_text(one)}: its callers would wait "
                "until they give up.",
                param_hint="--demand",
            )
    return demands


def _can_take(skills: Mapping[str, int], queues: frozenset[QueueName], demand: Demand) -> bool:
    return demand.queue in queues and all(skills.get(s, 0) >= level for s, level in demand.needs)


def _demand(text: str) -> Demand:
    what, _, weight = text.partition("*")
    queue, _, needs = what.partition(":")
    try:
        pairs = [pair.split("=") for pair in needs.split(",") if pair]
        return Demand(
            QueueName(queue.strip()),
            tuple((skill.strip(), int(level)) for skill, level in pairs),
            float(weight or 1),
        )
    except ValueError:
        raise typer.BadParameter(
            f"'{text}': write QUEUE:skill=level*weight, for example general:en=3*5.",
            param_hint="--demand",
        ) from None


def _needs_text(demand: Demand) -> str:
    needs = ", ".join(f"{skill} >= {level}" for skill, level in demand.needs)
    return f"'{demand.queue}' with {needs}" if needs else f"'{demand.queue}'"


def _name(plan: Plan) -> str:
    return f"{plan.seats} 席 × {plan.wrap_up_s:g} s{plan.mode and ' + '}{plan.mode}"


def _as_data(result: Result) -> dict[str, object]:
    return {**asdict(result), "erlang_c": _erlang_c(result.plan)}


def _erlang_c(plan: Plan) -> dict[str, float | None]:
    """What the formula says of the busiest hour; None where it has no answer."""
    rate = max(calls_per_hour(plan)) / HOUR_S
    handling_s = plan.answer_s + plan.talk_s + plan.wrap_up_s
    wait_s = erlang.mean_wait_s(plan.seats, rate, handling_s)
    return {
        "handling_s": handling_s,
        "load_erlangs": rate * handling_s,
        "mean_wait_s": None if wait_s == float("inf") else wait_s,
        "in_15_s": erlang.answered_within(GOAL_S, plan.seats, rate, handling_s),
        "agents_for_95_percent": erlang.agents_needed(rate, handling_s, limit_s=GOAL_S, share=0.95),
    }


def _show(results: Sequence[Result], drawn: Path | None) -> None:
    out = Console(highlight=False, soft_wrap=True)
    for result in results:
        out.print(_hours(result))
    out.print(_side_by_side(results))
    if drawn is not None:
        out.print(f"曲线图 / picture: {drawn}")


def _hours(result: Result) -> Table:
    table = Table(title=f"{result.plan.calls} 通 / calls, {_name(result.plan)}", box=box.SIMPLE)
    for title in ("时", "坐席", "来电", "接听", "放弃", "15 s %", "均等 s", "95% s", "最长 s",
                  "队列", "占用 %"):  # fmt: skip
        table.add_column(title, justify="right")
    for hour in result.hours:
        waits = hour.waits
        table.add_row(
            f"{hour.hour}", f"{hour.seats}", f"{waits.calls}", f"{waits.answered}",
            f"{waits.abandoned}", f"{100 * waits.in_15_s:.1f}", f"{waits.mean_s:.1f}",
            f"{waits.p95_s:.0f}", f"{waits.longest_s:.0f}", f"{hour.line}",
            f"{100 * hour.occupancy:.0f}",
        )  # fmt: skip
    return table


ROWS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("坐席 / seats", lambda one: f"{one.plan.seats}"),
    ("话后 / wrap-up, s", lambda one: f"{one.plan.wrap_up_s:g}"),
    ("接听率 / answered, %", lambda one: f"{100 * one.whole.answered / one.whole.calls:.2f}"),
    ("15 秒内 / within 15 s, %", lambda one: f"{100 * one.whole.in_15_s:.2f}"),
    ("放弃 / abandoned", lambda one: f"{one.whole.abandoned}"),
    ("平均等待 / mean wait, s", lambda one: f"{one.whole.mean_s:.1f}"),
    ("95% 等待 / 95 % wait, s", lambda one: f"{one.whole.p95_s:.0f}"),
    ("最长等待 / longest, s", lambda one: f"{one.whole.longest_s:.0f}"),
    ("最长队列 / longest line", lambda one: f"{max(one.line, default=0)}"),
    ("忙时 15 秒内 / busiest hour, %", lambda one: f"{100 * _busiest(one).in_15_s:.1f}"),
    ("忙时等待 / busiest hour, s", lambda one: f"{_busiest(one).mean_s:.1f}"),
    ("Erlang C 忙时等待 / its wait, s", lambda one: _or_endless(_erlang_c(one.plan))),
    ("Erlang C 95 %: 坐席 / seats", lambda one: f"{_erlang_c(one.plan)['agents_for_95_percent']}"),
    ("预计等待误差 / estimate, mean s", lambda one: f"{one.estimate.mean_s:+.1f}"),
    ("其绝对值 / its size, mean s", lambda one: f"{one.estimate.mean_size_s:.1f}"),
    ("其绝对值 90 % / its size, p90 s", lambda one: f"{one.estimate.p90_size_s:.1f}"),
    ("演练用时 / took, s", lambda one: f"{one.took_s:.1f}"),
)


def _side_by_side(results: Sequence[Result]) -> Table:
    table = Table(title="对比 / side by side", box=box.SIMPLE)
    table.add_column("")
    for result in results:
        table.add_column(_name(result.plan), justify="right")
    for title, value in ROWS:
        table.add_row(title, *(value(result) for result in results))
    return table


def _busiest(result: Result) -> Waits:
    return max(result.hours, key=lambda hour: hour.waits.calls).waits


def _or_endless(figures: dict[str, float | None]) -> str:
    wait_s = figures["mean_wait_s"]
    return "∞" if wait_s is None else f"{wait_s:.1f}"
