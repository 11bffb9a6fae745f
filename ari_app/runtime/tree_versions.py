"""Putting versions of the trees into service and taking them out, while calls go on.

Decides the order: judged, kept on disk, then served. What fails before that leaves everything as it
was and is told in the log, the figures and the status. Must not know who may ask for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, ParamSpec, TypeVar

import structlog

from ari_app.configuration import Groundwork, known_prompts
from ari_app.core.events import TreesChanged
from ari_app.core.records import Json
from ari_app.core.rollout import Canary
from ari_app.core.shelf import Shelf
from ari_app.core.versions import TreeSet, Version
from ari_app.flow_files import Files, read_flows
from ari_app.flows.aside import JudgingFailed, judge_aside
from ari_app.flows.judging import Case
from ari_app.flows.opening import Failure, Opened, Place, rollout_of, state_after
from ari_app.flows.store import KeptCanary, Meta, State, sha256_of
from ari_app.metrics import Metrics
from ari_app.runtime import tree_views
from ari_app.runtime.clock import Clock
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import STANDBY, Loop
from ari_app.web.ports import Order, Row
from ari_app.web.problems import Problem as Refusal
from ari_app.web.problems import tree_problems
from ivr.problems import Problem

_log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

CHANGED_FILE: Final = "the changed file"
"""Who applies when nobody asked."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What versions are put into service with."""

    loop: Loop
    clock: Clock
    metrics: Metrics
    prompts: LivePrompts


class TreeVersions:
    """Implements ``web.ports.Versions``."""

    def __init__(self, place: Place, opened: Opened, parts: Parts) -> None:
        self._place, self._parts = place, parts
        self._store = opened.store
        self._state = opened.state
        self._failure = opened.failure
        self._is_kept = True
        """False while the disk does not hold what is served."""
        self._lock = asyncio.Lock()
        self._show()

    @property
    def shelf(self) -> Shelf:
        return self._parts.loop.engine.call_engine.shelf

    # --- what can be asked for ---------------------------------------------------------------

    async def apply(self, order: Order, by: str) -> Row:
        """The folder as it is now becomes a new version, in service or on trial."""
        async with self._lock:
            began_at = self._parts.clock.now()
            try:
                meta, findings = await self._apply(order, by)
            except Refusal as refusal:
                self._note(refusal, by)
                raise
            self._failure = None
            self._show()
            took_s = self._parts.clock.now() - began_at
            self._parts.metrics.reload_seconds.set(took_s)
            _log.info(
                "trees.applied", version=meta.number, agent_id=by, reason=meta.message,
                is_trial=order.is_trial, ms=round(took_s * 1000),
            )  # fmt: skip
            shown = tree_views.shown(meta, self._state)
            return {**shown, "findings": tree_problems(findings)}

    async def apply_changed(self, names: list[str]) -> None:
        """A file was saved and the setting asks for it: a refusal is told, not raised."""
        order = Order(f"{', '.join(names)} changed"[:500])
        with contextlib.suppress(Refusal):
            await self.apply(order, CHANGED_FILE)

    async def promote(self, by: str) -> Row:
        """The version on trial comes into service for everybody."""
        async with self._lock:
            await self._catch_up()
            canary = self._state.canary
            version = self.shelf.find(canary.version) if canary is not None else None
            if version is None:
                raise Refusal(409, "no_canary", "没有正在试运行的版本。")
            meta = tree_views.meta_of(self._store, version.number)
            after = state_after(self._state, meta, self._parts.clock.now())
            kept = {"folder_sha256", "seen_sha256"}
            after = after.model_copy(update=self._state.model_dump(include=kept))
            await self._switch(after, {version.number: version})
            _log.info("trees.promoted", version=meta.number, agent_id=by)
            return tree_views.shown(meta, self._state)

    async def rollback(self, by: str, to: int | None = None) -> Row:
        """End the trial if there is one; otherwise back to what was served before.

        A full disk does not keep a bad version in service.
        """
        async with self._lock:
            with contextlib.suppress(Refusal):
                await self._catch_up()
            if to is None and self._state.canary is not None:
                update = {"canary": None, "stopped": f"{by} rolled it back"}
                await self._switch(self._state.model_copy(update=update), {}, is_urgent=True)
            elif to is None and self._state.stopped:
                raise _already_ended(self._state)
            else:
                await self._back_to(to)
            served = self.shelf.served
            _log.warning("trees.rolled_back", version=served.number, agent_id=by)
            return tree_views.row(self._store, self._state, served.number, served.sha256)

    async def _back_to(self, to: int | None) -> None:
        before, stable = self._state.before, self._state.stable
        number = to if to is not None else (before[-1] if before else None)
        if number is None or number == stable:
            raise Refusal(409, "nothing_before", "没有可以回退的版本。")
        if number not in self._store.numbers():
            raise tree_views.no_such_version(number)
        version = await asyncio.to_thread(self._place.load, number)
        if isinstance(version, list):
            detail = f"版本 {number} 与现在的队列、提示音等配置不符，不能投入使用。"
            raise Refusal(422, "version_not_fit", detail, problems=version)
        earlier = before[: before.index(number)] if number in before else (*before, stable)
        now = self._parts.clock.now()
        update = {"stable": number, "since": now, "before": earlier, "canary": None, "stopped": ""}
        after = self._state.model_copy(update=update)
        await self._switch(after, {number: version}, is_urgent=True)

    # --- the rest of the configuration changes -----------------------------------------------

    async def lost_with(self, ground: Groundwork) -> list[Problem]:
        """What the versions at hand would not find any more: each of them may have callers."""
        place, found = replace(self._place, ground=ground), list[Problem]()
        for number in sorted(self.shelf.numbers):
            loaded = await asyncio.to_thread(place.load, number)
            found += loaded if isinstance(loaded, list) else []
        return found

    def change_ground(self, ground: Groundwork) -> None:
        """From now on trees are judged and loaded with this."""
        self._place = replace(self._place, ground=ground)

    # --- applying ----------------------------------------------------------------------------

    async def _apply(self, order: Order, by: str) -> tuple[Meta, Sequence[Problem]]:
        files = await asyncio.to_thread(read_flows, self._place.config_dir)
        if isinstance(files, list):
            raise Refusal(422, "trees_not_fit", "流程文件无法读取。", problems=files)
        self._must_decide()
        await self._catch_up()
        await self._may_follow(sha256_of(files))
        trees, findings = await self._judged(files, force=order.force)
        now = self._parts.clock.now()
        parent, message = self._state.stable, order.message
        meta = await _stored(
            self._store.add, files, message=message, author=by, made_at=now, parent=parent
        )  # fmt: skip
        state = self._state_with(meta, order, by, now)
        await self._switch(state, {meta.number: Version(meta.number, meta.sha256, trees)})
        needed = {self._state.stable, *self._state.before, meta.number, *self.shelf.numbers}
        with contextlib.suppress(OSError):  # the next apply tries again
            await asyncio.to_thread(self._store.forget_old, needed)
        return meta, findings

    async def _may_follow(self, sha256: str) -> None:
        if self._state.canary is not None:
            detail = "另一个版本正在试运行，请先转正（promote）或回退（rollback）。"
            raise Refusal(409, "canary_running", detail)
        if self.shelf.served.sha256 == sha256:
            await self._remember({"folder_sha256": sha256, "seen_sha256": ""})
            self._failure = None
            raise Refusal(409, "nothing_changed", "流程文件与正在使用的版本相同，无需更新。")
        # A crash from here on must not bring it into service, least of all for everybody.
        await self._saw(sha256)

    async def _judged(self, files: Files, *, force: bool) -> tuple[TreeSet, Sequence[Problem]]:
        prompts = await self._parts.prompts.reload()
        names = replace(self._place.ground.names, prompts=known_prompts(prompts))
        ground = replace(self._place.ground, prompts=prompts, names=names)
        self._place = replace(self._place, ground=ground)
        try:
            judged = await judge_aside(Case(files, ground, self._place.folder))
        except JudgingFailed as error:
            raise Refusal(503, "not_judged", f"流程检查没有完成：{error}。") from error
        if judged.trees is None or (judged.errors and not force):
            detail = "流程有错误，未投入使用，仍使用原版本。"
            raise Refusal(422, "trees_not_fit", detail, problems=judged.problems)
        return judged.trees, judged.problems

    def _state_with(self, meta: Meta, order: Order, by: str, now: float) -> State:
        if not order.is_trial:
            return state_after(self._state, meta, now)
        canary = Canary(meta.number, order.percent, order.dialled, order.bounds)
        update = {
            "canary": KeptCanary.of(canary, by, now), "stopped": "",
            "folder_sha256": meta.sha256, "seen_sha256": "",
        }  # fmt: skip
        return self._state.model_copy(update=update)

    async def _switch(
        self, state: State, versions: Mapping[int, Version], *, is_urgent: bool = False
    ) -> None:
        """On disk first: whoever starts after us serves the same."""
        self._must_decide()
        try:
            await _stored(self._store.set_state, state)
            self._is_kept = True
        except Refusal as refusal:
            if not is_urgent:
                raise
            self._is_kept = False
            _log.error("trees.not_stored", problem=refusal.detail)
        refused = await self._parts.loop.ask(TreesChanged(rollout_of(state), versions))
        if refused is not None:
            self._is_kept = False
            raise Refusal(503, refused.code, refused.message)
        self._state = state
        self._show()

    def _must_decide(self) -> None:
        """What another instance serves is not ours to change."""
        if self._parts.loop.is_stopped:
            raise Refusal(503, STANDBY.code, STANDBY.message)

    async def _remember(self, update: Mapping[str, Json]) -> None:
        state = self._state.model_copy(update=update)
        if state != self._state:
            await _stored(self._store.set_state, state)
            self._state = state

    def _note(self, refusal: Refusal, by: str) -> None:
        """What an admin who is told at once only asked too early for is no failure."""
        if refusal.code != "nothing_changed" and (by == CHANGED_FILE or refusal.status != 409):
            now, problems = self._parts.clock.now(), tuple(refusal.problems)
            self._failure = Failure(now, by, refusal.code, problems)
            served, reason = self.shelf.served.number, self._failure.first
            _log.error("trees.not_applied", reason=reason, agent_id=by, version=served)
        self._show()

    # --- what goes on meanwhile --------------------------------------------------------------

    async def follow(self) -> None:
        """Write down that the core ended a trial."""
        async with self._lock:
            await self._catch_up()

    async def _catch_up(self) -> None:
        before, self._state = self._state, self._state_now()
        if before.canary is not None and self._state.canary is None:
            number, reason = before.canary.version, self._state.stopped
            _log.error("trees.canary_stopped", version=number, reason=reason)
            self._parts.metrics.canaries_stopped.inc()
            self._is_kept = False
            self._show()
        if not self._is_kept:
            await _stored(self._store.set_state, self._state)
            self._is_kept = True

    def _state_now(self) -> State:
        """The core ends a trial between two looks; it is the one to be believed."""
        rollout = self.shelf.rollout
        if self._state.canary is None or rollout.canary is not None:
            return self._state
        return self._state.model_copy(update={"canary": None, "stopped": rollout.stopped})

    async def saw_folder(self, sha256: str) -> None:
        """Remember an edit that nobody applied: a crash must not bring it into service."""
        async with self._lock:
            await self._saw(sha256)

    async def _saw(self, sha256: str) -> None:
        is_applied = sha256 == self._state.folder_sha256
        await self._remember({"seen_sha256": "" if is_applied else sha256})

    def _show(self) -> None:
        figures, canary = self._parts.metrics, self._state.canary
        figures.tree_version.set(self._state.stable)
        figures.canary_version.set(canary.version if canary else 0)
        figures.apply_failed.set(self._failure is not None)

    # --- what can be looked at ---------------------------------------------------------------

    def component(self) -> str:
        """For ``/status``: "ok", or what keeps the newest edit out of service."""
        return f"last apply failed: {self._failure.first}" if self._failure else "ok"

    async def status(self) -> Row:
        files = await asyncio.to_thread(read_flows, self._place.config_dir)
        folder = None if isinstance(files, list) else sha256_of(files)
        return tree_views.status(self._store, self._state_now(), self.shelf, folder, self._failure)

    async def history(self) -> list[Row]:
        return await asyncio.to_thread(tree_views.history, self._store, self._state_now())

    async def files(self, number: int) -> Row:
        return await asyncio.to_thread(tree_views.files, self._store, self._state_now(), number)


def _already_ended(state: State) -> Refusal:
    """Who wants to end a trial that has just ended itself must not hit the version in service."""
    detail = (
        f"试运行已经结束（{state.stopped}），正在使用的是版本 {state.stable}。"
        "若要让它也退出，请指定要回到的版本（--to）。"
    )
    return Refusal(409, "trial_ended", detail)


async def _stored(write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(write, *args, **kwargs)
    except OSError as error:
        detail = f"无法写入磁盘（{error.strerror}），仍使用原版本。"
        raise Refusal(503, "not_stored", detail) from error
