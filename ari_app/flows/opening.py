"""What is served from the first call on: before any database, whatever was left behind.

Decides which version that is. A folder that was changed while the service was stopped becomes a
new version, if it is fit; an edit that a running service saw and that nobody applied is not brought
into service by a crash. Callers are served as long as any version can be loaded, disk or no disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ari_app.configuration import Groundwork
from ari_app.core.rollout import Rollout
from ari_app.core.shelf import Shelf
from ari_app.core.versions import Version
from ari_app.flow_files import FLOWS, Files, load_flows, read_flows
from ari_app.flows.judging import Case, Judgement, judge
from ari_app.flows.store import Damaged, Meta, State, Store, sha256_of
from ivr.problems import Problem

_log = structlog.get_logger()

FIRST: Final = "the first start"
WHILE_STOPPED: Final = "changed while the service was stopped"
AT_START: Final = "start"


@dataclass(frozen=True, slots=True)
class Failure:
    """An apply that changed nothing. ``at`` is epoch seconds."""

    at: float
    by: str
    code: str
    problems: tuple[Problem, ...]

    @property
    def first(self) -> str:
        """One line for a log or a status; the list has the rest."""
        if not self.problems:
            return self.code
        one = min(self.problems, key=lambda problem: (problem.is_warning, problem))
        rest = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return f"{one.file}:{one.line}:{one.col}: {one.code} {one.message}{rest}"


@dataclass(frozen=True, slots=True)
class Opened:
    store: Store
    state: State
    shelf: Shelf
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where versions are kept, where they are edited, and what they may name."""

    store: Store
    config_dir: Path
    ground: Groundwork

    @property
    def folder(self) -> Path:
        return self.config_dir / FLOWS

    def load(self, number: int) -> Version | list[Problem]:
        """A kept version; its problems name the number instead of a folder."""
        try:
            files, meta = self.store.files(number), self.store.meta(number)
        except KeyError:
            return [Problem(f"version {number}", 1, 1, "E100", "there is no such version.")]
        except Damaged as damaged:
            return [Problem(f"version {number}", 1, 1, "E100", str(damaged))]
        trees = load_flows(files, self.ground.names, Path(f"version {number}"))
        return trees if isinstance(trees, list) else Version(number, meta.sha256, trees)


def open_versions(place: Place, now: float) -> Opened | list[Problem]:
    """What to serve; the problems when there is nothing that can be served."""
    place.store.tidy()
    files = read_flows(place.config_dir)
    state = _last_state(place.store)
    if isinstance(files, list):
        failure = _failed(now, "unreadable", files)
        return _served(place, state, failure) if state else files
    sha256 = sha256_of(files)
    if state is not None and sha256 == state.folder_sha256:
        return _served(place, state, None)
    if state is not None and sha256 == state.seen_sha256:
        return _served(place, state, _still_broken(place, files, now))
    if state is not None and _sha256_kept(place.store, state.stable) == sha256:
        # Edited back to what is in service.
        return _served(place, state.model_copy(update={"folder_sha256": sha256}), None)
    judged = judge(Case(files, place.ground, place.folder))
    if state is None:
        return _first(place, files, judged, now)
    if not judged.is_fit:
        return _served(place, state, _failed(now, "trees_not_fit", judged.problems))
    try:
        meta = place.store.add(
            files, message=WHILE_STOPPED, author=AT_START, made_at=now, parent=state.stable
        )
    except OSError as error:
        return _served(place, state, _failed(now, f"not_stored: {error.strerror}", ()))
    return _served(place, state_after(state, meta, now), None)


def _still_broken(place: Place, files: Files, now: float) -> Failure | None:
    """After a crash callers wait for this start: it is read, which is quick, but not proved."""
    _log.warning("trees.folder_differs", reason="edited before a crash and never applied")
    found = load_flows(files, place.ground.names, place.folder)
    return _failed(now, "trees_not_fit", found) if isinstance(found, list) else None


def _sha256_kept(store: Store, number: int) -> str:
    try:
        return store.meta(number).sha256
    except (KeyError, Damaged):
        return ""


def _first(place: Place, files: Files, judged: Judgement, now: float) -> Opened | list[Problem]:
    """There is nothing older to serve: what can be loaded is taken, findings are only told."""
    if judged.trees is None:
        return list(judged.problems)
    failure = _failed(now, "trees_not_fit", judged.problems) if judged.errors else None
    try:
        meta = place.store.add(files, message=FIRST, author=AT_START, made_at=now, parent=None)
    except OSError as error:
        _log.error("trees.not_stored", problem=error.strerror)
        state = State(stable=1, since=now, folder_sha256=sha256_of(files))
        shelf = Shelf(rollout_of(state), {1: Version(1, state.folder_sha256, judged.trees)})
        return Opened(place.store, state, shelf, failure)
    state = State(stable=meta.number, since=now, folder_sha256=meta.sha256)
    return _served(place, state, failure)


def _served(place: Place, state: State, failure: Failure | None) -> Opened | list[Problem]:
    """The stable version or, if that cannot be loaded any more, the latest before it that can."""
    problems: list[Problem] = []
    for number in _candidates(place.store, state):
        stable = place.load(number)
        if isinstance(stable, list):
            problems += stable
            continue
        if number != state.stable:
            state = state.model_copy(update={"stable": number, "canary": None})
            failure = Failure(state.since, AT_START, "version_not_fit", tuple(problems))
        shelf, state = _shelf(place, state, stable)
        _remember(place.store, state)
        if failure is not None:
            _log.error("trees.not_applied", reason=failure.first, version=number)
        _log.info("trees.opened", version=number)
        return Opened(place.store, state, shelf, failure)
    return problems


def _remember(store: Store, state: State) -> None:
    try:
        if state != store.state():
            store.set_state(state)
    except OSError as error:
        # The next start decides anew, out of the same files.
        _log.error("trees.not_stored", problem=error.strerror)


def _candidates(store: Store, state: State) -> Iterable[int]:
    earlier = [*reversed(state.before), *reversed(store.numbers())]
    return dict.fromkeys([state.stable, *earlier])


def _shelf(place: Place, state: State, stable: Version) -> tuple[Shelf, State]:
    versions = {stable.number: stable}
    if state.canary is not None:
        canary = place.load(state.canary.version)
        if isinstance(canary, list):
            update = {"canary": None, "stopped": "it could not be loaded any more"}
            state = state.model_copy(update=update)
        else:
            versions[canary.number] = canary
    return Shelf(rollout_of(state), versions), state


def rollout_of(state: State) -> Rollout:
    canary = state.canary.canary() if state.canary else None
    return Rollout(stable=state.stable, canary=canary, stopped=state.stopped)


MOST_BEFORE: Final = 50


def state_after(state: State, meta: Meta, now: float) -> State:
    """This version in service, for everybody; the old one is where a rollback leads."""
    return State(
        stable=meta.number,
        since=now,
        before=(*state.before, state.stable)[-MOST_BEFORE:],
        folder_sha256=meta.sha256,
    )


def _last_state(store: Store) -> State | None:
    """What was served last; the newest version when nobody can read any more what it was."""
    state = store.state()
    newest = next(iter(store.history()), None)
    if state is None and newest is not None:
        _log.error("trees.state_lost", version=newest.number)
        return State(stable=newest.number, since=newest.made_at, folder_sha256=newest.sha256)
    return state if newest is not None else None


def _failed(now: float, code: str, problems: Iterable[Problem]) -> Failure:
    return Failure(now, AT_START, code, tuple(problems))


def clean_stop(store: Store) -> None:
    """Whoever ends the service on purpose wants its next start to look at the folder again."""
    state = store.state()
    if state is not None and state.seen_sha256:
        _remember(store, state.model_copy(update={"seen_sha256": ""}))


def load_for_calls(place: Place, shelf: Shelf, numbers: Iterable[int]) -> None:
    """The versions with which restored calls began; those that are gone leave them to the
    stable one."""
    for number in sorted(set(numbers) - shelf.numbers):
        found = place.load(number)
        if isinstance(found, list):
            _log.warning("trees.version_gone", version=number)
        else:
            shelf.change(shelf.rollout, {number: found})
