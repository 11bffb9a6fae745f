"""Versions put into service, tried, taken back, watched: a real folder, store, loop and engine."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from ari_app.configuration import Groundwork
from ari_app.core.emergency import Emergency
from ari_app.core.engine import Engine
from ari_app.core.events import CallArrived, LegDown
from ari_app.core.rollout import Bounds
from ari_app.core.values import Caller, CallId, LegId
from ari_app.flows.aside import JudgingFailed
from ari_app.flows.opening import Opened
from ari_app.metrics import Metrics
from ari_app.runtime.emergency_switch import LONGEST_S, Emergencies
from ari_app.runtime.flow_folder import FlowFolder
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import Loop
from ari_app.runtime.tree_versions import Parts, TreeVersions
from ari_app.settings import PROJECT_DIR
from ari_app.web.ports import Order
from ari_app.web.problems import Problem as Refusal
from tests.flows.conftest import BROKEN, GOOD, OTHER, Desk, desk, ground  # noqa: F401
from tests.runtime.fakes import HandClock, eventually

pytestmark = pytest.mark.asyncio

NEW = Order("新菜单")


@dataclass
class Running:
    """A service without Asterisk: what it decides is not carried out."""

    desk: Desk
    engine: Engine
    clock: HandClock
    metrics: Metrics
    versions: TreeVersions
    emergencies: Emergencies
    loop: Loop

    @property
    def served(self) -> int:
        return self.engine.call_engine.shelf.served.number

    def call(self, number: int, dialled: str = "12345") -> str:
        """A call comes in; the label of the version that serves it."""
        call = CallId(f"hotline-1763915000.{number}")
        self.engine.handle(CallArrived(call, Caller("13800138000"), dialled), self.clock.now())
        tree = self.engine.call_engine.calls[call].tree
        assert tree is not None
        return tree.label

    def hang_up(self, number: int) -> None:
        leg = LegId(f"hotline-1763915000.{number}")
        self.engine.handle(LegDown(leg), self.clock.now())

    def folder(self) -> FlowFolder:
        versions = self.versions
        config_dir = self.desk.place.config_dir
        return FlowFolder(config_dir, saw=versions.saw_folder, follow=versions.follow)

    def figure(self, name: str) -> float:
        text = generate_latest(self.metrics.registry).decode()
        return float(next(one.split()[1] for one in text.splitlines() if one.startswith(name)))


def assemble(desk: Desk, opened: Opened, tasks: asyncio.TaskGroup) -> Running:  # noqa: F811
    ground, clock, metrics = desk.place.ground, HandClock(), Metrics()  # noqa: F811
    prompts = LivePrompts(PROJECT_DIR / "config", ground.prompts)
    engine = Engine(opened.shelf, ground.centre, prompts.seconds)
    loop = Loop(engine, clock, lambda commands: None, metrics.engine_errors.inc)
    parts = Parts(loop, clock, metrics, prompts)
    tasks.create_task(loop.run())
    versions = TreeVersions(desk.place, opened, parts)
    emergencies = Emergencies(opened.store, parts)
    return Running(desk, engine, clock, metrics, versions, emergencies, loop)


class Over(Exception):
    """Ends the tasks that have no end."""


@pytest_asyncio.fixture
async def at(desk: Desk) -> AsyncIterator[Running]:  # noqa: F811
    desk.write(GOOD)
    opened = desk.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            yield assemble(desk, opened, tasks)
            raise Over
    except* Over:
        pass


async def refusal(asked: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as found:
        await asked
    return found.value


async def test_an_edit_comes_into_service_and_live_calls_keep_their_version(at: Running):
    before = at.call(1)
    at.desk.write(OTHER)
    applied = await at.versions.apply(NEW, "林")
    assert (applied["number"], applied["state"], applied["author"]) == (2, "in_service", "林")
    assert at.call(2) == applied["label"] != before
    assert at.engine.call_engine.shelf.numbers == {1, 2}
    at.hang_up(1)
    assert at.engine.call_engine.shelf.numbers == {2}
    assert at.desk.start().state.stable == 2, "whoever starts next serves the same"
    assert at.figure("hotline_tree_version") == 2
    assert at.figure("hotline_tree_reload_seconds") >= 0


async def test_a_broken_edit_changes_nothing_and_is_told_everywhere(at: Running):
    at.desk.write(BROKEN)
    refused = await refusal(at.versions.apply(Order("x", force=True), "林"))
    assert (refused.status, refused.code) == (422, "trees_not_fit")
    assert [one.code for one in refused.problems] == ["E304"]
    assert at.served == 1
    assert at.figure("hotline_tree_apply_failed") == 1
    assert "no_such_prompt" in at.versions.component()
    status = await at.versions.status()
    assert status["folder"] == "differs"
    failed = status["last_failure"]
    assert isinstance(failed, dict)
    assert (failed["by"], failed["code"]) == ("林", "trees_not_fit")


async def test_mending_a_broken_edit_ends_the_alarm(at: Running):
    at.desk.write(BROKEN)
    await refusal(at.versions.apply(NEW, "林"))
    at.desk.write(GOOD)
    assert (await refusal(at.versions.apply(NEW, "林"))).code == "nothing_changed"
    assert at.versions.component() == "ok"
    assert at.figure("hotline_tree_apply_failed") == 0


async def test_what_the_prover_finds_refuses_unless_forced(at: Running):
    says = "".join(
        f"  n{number}: {{type: say, prompts: [wrong_key], next: n{number + 1}}}\n"
        for number in range(20)
    )
    more = f"{says}  n20: {{type: queue, queue: general}}\n  anybody:"
    at.desk.write(GOOD.replace("next: anybody", "next: n0").replace("  anybody:", more))
    refused = await refusal(at.versions.apply(NEW, "林"))
    assert {one.code for one in refused.problems if not one.is_warning} == {"E604"}
    assert at.served == 1
    forced = await at.versions.apply(Order("x", force=True), "林")
    found = forced["findings"]
    assert isinstance(found, list)
    assert {"E604", "W705"} <= {one["code"] for one in found if isinstance(one, dict)}
    assert at.served == 2


async def test_a_rollback_leads_back_step_by_step_and_to_any_version(at: Running):
    for text in (OTHER, GOOD + "# 3\n"):
        at.desk.write(text)
        await at.versions.apply(NEW, "林")
    assert (await at.versions.rollback("周"))["number"] == 2
    assert (await at.versions.rollback("周"))["number"] == 1
    assert (await refusal(at.versions.rollback("周"))).code == "nothing_before"
    assert (await at.versions.rollback("周", 3))["number"] == 3
    assert (await at.versions.rollback("周"))["number"] == 1
    assert (await refusal(at.versions.rollback("周", 9))).status == 404
    assert [row["number"] for row in await at.versions.history()] == [3, 2, 1]
    shown = await at.versions.files(2)
    assert shown["files"] == {"main.yaml": OTHER}


async def test_a_trial_serves_its_numbers_until_it_is_promoted(at: Running):
    at.desk.write(OTHER)
    trial = Order("试", dialled=frozenset({"12333"}))
    assert (await at.versions.apply(trial, "林"))["state"] == "on_trial"
    assert (at.call(1, "12345")[0], at.call(2, "12333")[0]) == ("1", "2")
    assert (await refusal(at.versions.apply(NEW, "林"))).code == "canary_running"
    assert at.versions.component() == "ok", "who only came too early broke nothing"
    assert (await at.versions.status())["folder"] == "on_trial"
    await at.versions.promote("林")
    assert at.call(3, "12345")[0] == "2"
    assert (await refusal(at.versions.promote("林"))).code == "no_canary"
    assert (await at.versions.rollback("林"))["number"] == 1


async def test_ending_a_trial_by_hand_leaves_the_version_in_service(at: Running):
    at.desk.write(OTHER)
    await at.versions.apply(Order("试", percent=100), "林")
    assert (await at.versions.rollback("周"))["number"] == 1
    assert at.call(1)[0] == "1"
    assert at.desk.start().state.stable == 1, "nor does a start bring it back"


async def test_a_trial_that_goes_wrong_is_ended_on_disk_and_in_the_figures_too(at: Running):
    at.desk.write(OTHER)
    await at.versions.apply(Order("试", percent=100, bounds=Bounds(0.1, 0.1, 2)), "林")
    for number in (1, 2):
        at.call(number)
        at.hang_up(number)
    await at.versions.follow()
    status = await at.versions.status()
    assert (status["canary"], status["canary_stopped"]) == (
        None, "1 of 1 callers hung up in the tree",
    )  # fmt: skip
    assert at.figure("hotline_tree_canaries_stopped_total") == 1
    assert at.figure("hotline_tree_canary_version") == 0
    assert at.desk.start().shelf.rollout.canary is None


async def test_a_full_disk_leaves_the_old_version_in_service(
    at: Running, monkeypatch: pytest.MonkeyPatch
):
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    at.desk.write(OTHER)
    monkeypatch.setattr("ari_app.flows.store.write_folder", full)
    assert (await refusal(at.versions.apply(NEW, "林"))).code == "not_stored"
    assert at.served == 1
    assert at.figure("hotline_tree_apply_failed") == 1


async def test_two_who_apply_at_once_get_one_version_each_or_a_no(at: Running):
    at.desk.write(OTHER)
    both = await asyncio.gather(
        at.versions.apply(NEW, "一"), at.versions.apply(NEW, "二"), return_exceptions=True
    )
    assert [isinstance(one, Refusal) for one in both] == [False, True]
    assert at.desk.store.numbers() == [1, 2]


async def test_the_loop_turns_while_trees_are_proved(at: Running):
    at.desk.write(OTHER)
    applying = asyncio.ensure_future(at.versions.apply(NEW, "林"))
    turns = 0
    while not applying.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await applying)["number"] == 2
    assert turns > 20, "a caller's key would have waited until the proof was done"


async def test_an_edit_that_nobody_applies_is_remembered_for_a_crash(at: Running):
    folder = FlowFolder(
        at.desk.place.config_dir, saw=at.versions.saw_folder, follow=at.versions.follow
    )
    await folder.look()
    at.desk.write(OTHER)
    await folder.look()
    assert at.desk.start().state.stable == 1
    await at.versions.apply(NEW, "林")
    assert at.desk.start().state.stable == 2


async def test_a_saved_file_is_applied_by_itself_and_a_broken_one_is_not(at: Running):
    folder = FlowFolder(
        at.desk.place.config_dir, saw=at.versions.saw_folder, follow=at.versions.follow
    )
    watching = asyncio.create_task(folder.apply_changes(at.versions.apply_changed))
    try:
        # A watch takes a moment to begin: the edit is made again until it is seen.
        async with asyncio.timeout(20):
            while at.served == 1:
                at.desk.write(OTHER)
                await asyncio.sleep(0.5)
        at.desk.write(BROKEN)
        await eventually(lambda: at.versions.component() != "ok", within_s=15)
        assert at.desk.served(at.desk.start()) == OTHER
        at.desk.write(GOOD)
        await eventually(lambda: at.versions.component() == "ok", within_s=15)
        assert (await at.versions.history())[0]["message"] == "main.yaml changed"
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def served_text(at: Running) -> str:
    return at.desk.store.files(at.served)["main.yaml"].decode()


async def test_a_folder_that_was_replaced_as_a_whole_goes_on_being_watched(at: Running):
    folder, place = at.folder(), at.desk.place.folder
    watching = asyncio.create_task(folder.apply_changes(at.versions.apply_changed))
    try:
        async with asyncio.timeout(20):
            while at.served == 1:
                at.desk.write(OTHER)
                await asyncio.sleep(0.5)
        place.rename(place.with_name("old"))
        at.desk.write(GOOD + "# 3\n")
        await eventually(lambda: served_text(at) == GOOD + "# 3\n", within_s=15)
        at.desk.write(GOOD + "# 4\n")
        await eventually(lambda: served_text(at) == GOOD + "# 4\n", within_s=15)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


# --- what happens between two looks, on a full disk, beside another instance -------------------

STRICT = Order("试", percent=100, bounds=Bounds(0.1, 0.1, 2))


async def trial_that_fails(at: Running) -> None:
    """The core ends it; nobody has looked yet."""
    at.desk.write(OTHER)
    await at.versions.apply(STRICT, "林")
    for number in (1, 2):
        at.call(number)
        at.hang_up(number)
    assert at.engine.call_engine.shelf.rollout.canary is None


async def test_a_trial_that_the_core_has_just_ended_cannot_be_promoted(at: Running):
    await trial_that_fails(at)
    assert (await refusal(at.versions.promote("林"))).code == "no_canary"
    assert (at.served, at.desk.start().state.stable) == (1, 1)
    assert at.figure("hotline_tree_version") == 1


async def test_status_and_history_do_not_wait_for_a_look(at: Running):
    await trial_that_fails(at)
    status = await at.versions.status()
    assert (status["canary"], status["folder"]) == (None, "differs")
    assert status["canary_stopped"] != ""
    assert (await at.versions.history())[0]["state"] == "kept"


async def test_a_rollback_too_late_for_the_trial_leaves_the_version_in_service(at: Running):
    at.desk.write(GOOD + "# 2\n")
    await at.versions.apply(NEW, "林")
    await trial_that_fails(at)
    for _ in range(2):
        refused = await refusal(at.versions.rollback("周"))
        assert (refused.status, refused.code) == (409, "trial_ended")
    assert at.served == 2
    assert (await at.versions.rollback("周", 1))["number"] == 1


def full(*args: object, **kwargs: object) -> None:
    raise OSError(28, "No space left on device")


async def test_the_end_of_a_trial_is_told_once_and_kept_when_the_disk_has_room_again(
    at: Running, monkeypatch: pytest.MonkeyPatch
):
    await trial_that_fails(at)
    with monkeypatch.context() as patch:
        patch.setattr("ari_app.flows.store.write_file", full)
        for _ in range(3):
            await refusal(at.versions.follow())
    assert at.figure("hotline_tree_canaries_stopped_total") == 1
    assert at.figure("hotline_tree_canary_version") == 0
    await at.versions.follow()
    assert at.desk.start().shelf.rollout.canary is None


async def test_a_full_disk_does_not_keep_a_bad_version_in_service(
    at: Running, monkeypatch: pytest.MonkeyPatch
):
    at.desk.write(OTHER)
    await at.versions.apply(NEW, "林")
    with monkeypatch.context() as patch:
        patch.setattr("ari_app.flows.store.write_file", full)
        assert (await at.versions.rollback("周"))["number"] == 1
    assert at.call(1)[0] == "1"
    await at.versions.follow()
    assert at.desk.start().state.stable == 1, "written down as soon as there is room"


async def test_an_instance_that_another_has_replaced_changes_nothing(at: Running):
    at.desk.write(OTHER)
    at.loop.stop()
    for asked in (
        at.versions.apply(NEW, "林"),
        at.versions.rollback("林"),
        at.emergencies.switch_on("emergency_notice", at.clock.now() + 60, "周"),
    ):
        refused = await refusal(asked)
        assert refused.code in ("standby", "nothing_before")
    assert (at.desk.store.numbers(), at.desk.store.emergency()) == ([1], None)


async def test_what_is_served_is_told_when_its_files_are_lost(at: Running):
    (at.desk.store._of(1) / "version.json").unlink()
    status = await at.versions.status()
    version = status["version"]
    assert isinstance(version, dict)
    assert (version["number"], version["state"], status["folder"]) == (
        1,
        "in_service",
        "in_service",
    )
    at.desk.write(OTHER)
    await at.versions.apply(NEW, "林")
    assert at.served == 2


async def test_a_crash_while_a_trial_is_judged_brings_it_to_nobody(
    at: Running, monkeypatch: pytest.MonkeyPatch
):
    async def killed(case: object) -> None:
        raise JudgingFailed("as if killed here")

    at.desk.write(OTHER)
    monkeypatch.setattr("ari_app.runtime.tree_versions.judge_aside", killed)
    await refusal(at.versions.apply(Order("试", percent=1), "林"))
    assert at.desk.served(at.desk.start()) == GOOD


async def test_no_file_name_ends_the_service(at: Running):
    folder = at.folder()
    at.desk.write("x", os.fsdecode(b"\xc1\xf7.yaml"))
    await folder.look()
    assert (await at.versions.status())["folder"] == "unreadable"
    refused = await refusal(at.versions.apply(NEW, "林"))
    assert (refused.code, refused.problems[0].code) == ("trees_not_fit", "E100")


# --- the emergency announcement --------------------------------------------------------------


async def test_the_emergency_is_on_until_its_time_and_outlives_a_restart(at: Running):
    until = at.clock.now() + 60
    shown = await at.emergencies.switch_on("emergency_notice", until, "周班长")
    assert (shown["on"], shown["by"], at.figure("hotline_emergency_on")) == (True, "周班长", 1)
    assert at.engine.emergency == at.desk.store.emergency()
    at.clock.time += 61
    assert at.emergencies.shown()["on"] is False
    await at.emergencies.follow()
    assert at.desk.store.emergency() is None
    assert at.figure("hotline_emergency_on") == 0


async def test_the_emergency_is_switched_off_once(at: Running):
    await at.emergencies.switch_on("emergency_notice", at.clock.now() + 60, "周")
    assert (await at.emergencies.switch_off("周"))["on"] is False
    assert at.engine.emergency is None
    assert (await refusal(at.emergencies.switch_off("周"))).code == "not_on"


@pytest.mark.parametrize(
    ("prompt", "after_s", "code"),
    [
        ("no_such_prompt", 60.0, "no_such_prompt"),
        ("emergency_notice", 0.0, "bad_until"),
        ("emergency_notice", -5.0, "bad_until"),
        ("emergency_notice", LONGEST_S + 1, "bad_until"),
    ],
)
async def test_what_cannot_be_announced_is_refused(
    at: Running, prompt: str, after_s: float, code: str
):
    refused = await refusal(at.emergencies.switch_on(prompt, at.clock.now() + after_s, "周"))
    assert (refused.status, refused.code) == (422, code)
    assert at.engine.emergency is None


async def test_a_prompt_rendered_since_the_start_can_be_used(tmp_path: Path, ground: Groundwork):  # noqa: F811
    prompts = LivePrompts(tmp_path, ground.prompts)
    assert (await prompts.reload()) is ground.prompts, "what cannot be read leaves the old ones"
    again = LivePrompts(PROJECT_DIR / "config", ground.prompts)
    assert (await again.reload()) is not ground.prompts


async def test_an_announcement_whose_audio_is_lost_is_told(at: Running, tmp_path: Path):
    await at.emergencies.switch_on("emergency_notice", at.clock.now() + 60, "周")
    assert at.emergencies.component() == "ok"
    at.desk.store.set_emergency(Emergency("deleted_prompt", at.clock.now() + 60, 0.0, "周"))
    prompts = LivePrompts(tmp_path, at.desk.place.ground.prompts)
    again = Emergencies(at.desk.store, Parts(at.loop, at.clock, at.metrics, prompts))
    assert "deleted_prompt" in again.component()
    at.clock.time += 61
    assert again.component() == "ok"
