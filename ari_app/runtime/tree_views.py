"""How versions of the trees look to those who ask: rows, the state of things, one version's files.

Decides words and fields only. Changes nothing.
"""

from collections.abc import Sequence
from typing import cast

from ari_app.core.records import Json
from ari_app.core.rollout import Tally
from ari_app.core.shelf import Shelf
from ari_app.flows.opening import Failure
from ari_app.flows.store import Damaged, Meta, State, Store
from ari_app.web.ports import Row
from ari_app.web.problems import Problem as Refusal
from ari_app.web.problems import tree_problems


def row(store: Store, state: State, number: int, sha256: str) -> Row:
    """Also of a version that serves callers while its files are lost: nobody knows who made it."""
    try:
        meta = store.meta(number)
    except (KeyError, Damaged):
        lost = "（磁盘上的版本文件已丢失或损坏）"
        meta = Meta(number=number, message=lost, author="", made_at=0.0, sha256=sha256)
    return shown(meta, state)


def meta_of(store: Store, number: int) -> Meta:
    try:
        return store.meta(number)
    except KeyError as error:
        raise no_such_version(number) from error
    except Damaged as error:
        raise Refusal(503, "version_damaged", f"版本 {number} 的文件已损坏：{error}") from error


def history(store: Store, state: State) -> list[Row]:
    return [shown(meta, state) for meta in store.history()]


def shown(meta: Meta, state: State) -> Row:
    return {
        "number": meta.number,
        "label": meta.label,
        "message": meta.message,
        "author": meta.author,
        "made_at": meta.made_at,
        "sha256": meta.sha256,
        "parent": meta.parent,
        "state": _place_of(meta.number, state),
    }


def _place_of(number: int, state: State) -> str:
    if number == state.stable:
        return "in_service"
    if state.canary is not None and number == state.canary.version:
        return "on_trial"
    return "served_before" if number in state.before else "kept"


def status(
    store: Store, state: State, shelf: Shelf, folder_sha256: str | None, failure: Failure | None
) -> Row:
    rollout = shelf.rollout
    return {
        "version": row(store, state, state.stable, shelf.served.sha256),
        "since": state.since,
        "calls": tally(rollout.of_stable),
        "canary": _canary(store, state, shelf),
        "canary_stopped": state.stopped,
        "folder": _folder(state, shelf, folder_sha256),
        "loaded": cast(Json, sorted(shelf.numbers)),
        "last_failure": _failure(failure),
    }


def _canary(store: Store, state: State, shelf: Shelf) -> Row | None:
    kept = state.canary
    if kept is None:
        return None
    return {
        "version": row(store, state, kept.version, _sha256(shelf, kept.version)),
        "since": kept.since,
        "by": kept.by,
        "percent": kept.percent,
        "dialled": [*kept.dialled],
        "max_abandoned": kept.abandoned,
        "max_errors": kept.errors,
        "min_calls": kept.min_calls,
        "calls": tally(shelf.rollout.of_canary),
    }


def tally(counted: Tally) -> Row:
    return {
        "begun": counted.begun,
        "through": counted.through,
        "abandoned": counted.abandoned,
        "errors": counted.erred,
        "abandoned_share": round(counted.abandoned_share, 4),
        "errors_share": round(counted.erred_share, 4),
    }


def _sha256(shelf: Shelf, number: int) -> str:
    version = shelf.find(number)
    return version.sha256 if version else ""


def _folder(state: State, shelf: Shelf, sha256: str | None) -> str:
    """What the folder of flows holds, in relation to what is served."""
    if sha256 is None:
        return "unreadable"
    if sha256 == shelf.served.sha256:
        return "in_service"
    if state.canary is not None and sha256 == _sha256(shelf, state.canary.version):
        return "on_trial"
    return "differs"


def _failure(failure: Failure | None) -> Row | None:
    if failure is None:
        return None
    return {
        "at": failure.at,
        "by": failure.by,
        "code": failure.code,
        "problems": cast(Json, tree_problems(failure.problems)),
    }


def files(store: Store, state: State, number: int) -> Row:
    found = shown(meta_of(store, number), state)
    try:
        texts = store.files(number)
    except Damaged as error:
        raise Refusal(503, "version_damaged", f"版本 {number} 的文件已损坏：{error}") from error
    ordered: Sequence[tuple[str, bytes]] = sorted(texts.items())
    return {
        **found,
        "files": {name: text.decode("utf-8", "replace") for name, text in ordered},
    }


def no_such_version(number: int) -> Refusal:
    return Refusal(404, "no_such_version", f"没有编号为 {number} 的版本。")
