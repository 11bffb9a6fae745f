"""Every version of the trees, numbered and never changed, and which of them is in service.

Decides the layout below ``run_dir/flows`` and what is forgotten. The files are the truth, for the
trees are needed before any database. Must not know what a tree is.

    000007/version.json     number, message, author, time, sha256, parent
    000007/main.yaml ...    the files, byte for byte
    state.json              the version in service, the canary, what came before
    emergency.json          the announcement, while one is on
"""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ari_app.core.emergency import Emergency
from ari_app.core.rollout import Bounds, Canary
from ari_app.core.versions import label_of
from ari_app.flow_files import Files
from ari_app.flows.durable import clear_unfinished, remove_folder, write_file, write_folder

KEPT_VERSIONS: Final = 100
"""So many of the newest are kept; those that are in service, on trial or in use always are."""

META: Final = "version.json"

M = TypeVar("M", bound=BaseModel)


class Damaged(Exception):
    """What is kept is not what was written; the message names the file."""


class Kept(BaseModel):
    """Fields that a newer program wrote are kept out, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Meta(Kept):
    """Who made a version, when, why and out of which."""

    number: int = Field(ge=1)
    message: str
    author: str
    made_at: float
    sha256: str
    parent: int | None = None

    @property
    def label(self) -> str:
        return label_of(self.number, self.sha256)


class KeptCanary(Kept):
    version: int
    percent: float
    dialled: tuple[str, ...]
    abandoned: float
    errors: float
    min_calls: int
    by: str = ""
    since: float = 0.0

    @classmethod
    def of(cls, canary: Canary, by: str, since: float) -> "KeptCanary":
        bounds = canary.bounds
        return cls(
            version=canary.version, percent=canary.percent, dialled=tuple(sorted(canary.dialled)),
            abandoned=bounds.abandoned, errors=bounds.errors, min_calls=bounds.min_calls,
            by=by, since=since,
        )  # fmt: skip

    def canary(self) -> Canary:
        bounds = Bounds(self.abandoned, self.errors, self.min_calls)
        return Canary(self.version, self.percent, frozenset(self.dialled), bounds)


class State(Kept):
    """What is served. ``before`` are earlier versions in service, the latest last.

    ``folder_sha256`` is what the folder of flows held when it was last applied, ``seen_sha256``
    what a running service saw there without applying it.
    """

    stable: int
    since: float = 0.0
    before: tuple[int, ...] = ()
    canary: KeptCanary | None = None
    stopped: str = ""
    folder_sha256: str = ""
    seen_sha256: str = ""


class KeptEmergency(Kept):
    prompt: str
    until: float
    since: float
    by: str


class Store:
    """Used by one service at a time; each change is whole or has not happened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tidy(self) -> None:
        """Before anything is written: what a killed service left half done is removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        clear_unfinished(self._folder)

    # --- versions ----------------------------------------------------------------------------

    def numbers(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        found = [one.name for one in self._folder.iterdir() if one.name.isdecimal()]
        return sorted(int(name) for name in found)

    def meta(self, number: int) -> Meta:
        """Raises ``Damaged``, KeyError when there is no such version."""
        folder = self._of(number)
        if not folder.is_dir():
            raise KeyError(number)
        found = _read(folder / META, Meta)
        if found is None or found.number != number:
            raise Damaged(f"{folder / META}: this is not what was written there.")
        return found

    def history(self) -> list[Meta]:
        """The newest first; a damaged one is left out."""
        found = []
        for number in reversed(self.numbers()):
            try:
                found.append(self.meta(number))
            except Damaged:
                continue
        return found

    def files(self, number: int) -> dict[str, bytes]:
        """The version's texts, held against their checksum. Raises ``Damaged`` or KeyError."""
        meta, folder = self.meta(number), self._of(number)
        try:
            files = {
                one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.name != META
            }
        except OSError as error:
            raise Damaged(f"{folder}: cannot be read: {error.strerror}.") from error
        if sha256_of(files) != meta.sha256:
            raise Damaged(f"{folder}: the files are not those that were written.")
        return files

    def add(
        self, files: Files, *, message: str, author: str, made_at: float, parent: int | None
    ) -> Meta:
        """A new version, in nobody's service yet.

        Above its parent's number too: a disk that was full may not have kept that one.
        """
        number = max([*self.numbers(), parent or 0]) + 1
        meta = Meta(
            number=number, message=message, author=author, made_at=made_at,
            sha256=sha256_of(files), parent=parent,
        )  # fmt: skip
        write_folder(self._of(number), {**files, META: _bytes(meta)})
        return meta

    def forget_old(self, needed: Collection[int]) -> None:
        for number in self.numbers()[:-KEPT_VERSIONS]:
            if number not in needed:
                remove_folder(self._of(number))

    def _of(self, number: int) -> Path:
        return self._folder / f"{number:06d}"

    # --- what is in service ------------------------------------------------------------------

    def state(self) -> State | None:
        """None when nothing was ever served, or nobody can read any more what was."""
        return _read(self._folder / "state.json", State)

    def set_state(self, state: State) -> None:
        write_file(self._folder / "state.json", _bytes(state))

    def emergency(self) -> Emergency | None:
        kept = _read(self._folder / "emergency.json", KeptEmergency)
        return Emergency(kept.prompt, kept.until, kept.since, kept.by) if kept else None

    def set_emergency(self, emergency: Emergency | None) -> None:
        path = self._folder / "emergency.json"
        if emergency is None:
            path.unlink(missing_ok=True)
            return
        kept = KeptEmergency(
            prompt=emergency.prompt, until=emergency.until, since=emergency.since, by=emergency.by
        )
        write_file(path, _bytes(kept))


def sha256_of(files: Files) -> str:
    """Of names and contents; the order does not matter."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _bytes(kept: Kept) -> bytes:
    return json.dumps(kept.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()


def _read(path: Path, model: type[M]) -> M | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
