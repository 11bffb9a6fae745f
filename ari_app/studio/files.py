"""The YAML files of ``config/flows`` and its cases, read and written as they are, byte for byte.

Decides which names there are, when a text is out of date and how large it may be. Must not know
what a file means: the page and any text editor are equals, and whoever saves second is told.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ari_app.flow_files import FLOWS
from ari_app.flows.durable import write_file
from ivr.yaml_source import MAX_BYTES

Folder = Literal["flows", "tests"]
FOLDERS: Final[tuple[Folder, ...]] = ("flows", "tests")
SUFFIX: Final = ".yaml"
MOST_FILES: Final = 200
LONGEST_NAME: Final = 100
NEW_MODE: Final = 0o644
"""Who edits these files is often not the service's own account."""

Fault = Literal[
    "bad_name", "no_such_file", "changed_meanwhile", "is_there_already", "too_large",
    "too_many_files", "no_text", "no_plain_file",
]  # fmt: skip


class Refused(Exception):
    """Nothing was changed; ``sha256`` is that of the file as it is now, where there is one."""

    def __init__(self, fault: Fault, sha256: str = "") -> None:
        super().__init__(fault)
        self.fault: Fault = fault
        self.sha256 = sha256


@dataclass(frozen=True, slots=True)
class Listed:
    folder: Folder
    name: str
    bytes: int
    sha256: str
    changed_at: float


class FlowFiles:
    """One folder of trees. Used by one thread at a time."""

    def __init__(self, config_dir: Path) -> None:
        self._places: dict[Folder, Path] = {
            "flows": config_dir / FLOWS,
            "tests": config_dir / FLOWS / "tests",
        }

    def listed(self) -> list[Listed]:
        found: list[Listed] = []
        for folder in FOLDERS:
            paths = sorted(self._places[folder].glob(f"*{SUFFIX}"))
            found += [one for path in paths if (one := _listed(folder, path))]
        return found

    def read(self, folder: Folder, name: str) -> tuple[str, str]:
        """The text and its SHA-256."""
        raw = self._raw(self._path(folder, name))
        if len(raw) > MAX_BYTES:
            raise Refused("too_large", sha256_of(raw))
        try:
            return raw.decode("utf-8"), sha256_of(raw)
        except UnicodeDecodeError:
            raise Refused("no_text", sha256_of(raw)) from None

    def write(self, folder: Folder, name: str, text: str, seen: str | None) -> str:
        """The SHA-256 of what is there now. ``seen`` is that of what was read, None: a new file."""
        path, raw = self._path(folder, name), text.encode("utf-8")
        if len(raw) > MAX_BYTES:
            raise Refused("too_large")
        if seen is None:
            self._must_be_free(path)
            self._must_have_room(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, raw, NEW_MODE)
        else:
            self._must_be(path, seen)
            write_file(path, raw, stat.S_IMODE(path.stat().st_mode))
        return sha256_of(raw)

    def rename(self, folder: Folder, name: str, to: str, seen: str) -> str:
        path, new = self._path(folder, name), self._path(folder, to)
        self._must_be(path, seen)
        self._must_be_free(new)
        path.rename(new)
        return seen

    def delete(self, folder: Folder, name: str, seen: str) -> None:
        path = self._path(folder, name)
        self._must_be(path, seen)
        path.unlink()

    # --- what must hold ----------------------------------------------------------------------

    def _path(self, folder: Folder, name: str) -> Path:
        if not is_name(name):
            raise Refused("bad_name")
        return self._places[folder] / name

    def _raw(self, path: Path) -> bytes:
        """No more than tells that it is too large; nothing that waits for a writer."""
        if not path.is_file():
            raise Refused("no_such_file")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)

    def _must_be(self, path: Path, seen: str) -> None:
        """The file is what was read, and one that a new one may stand in for."""
        found = sha256_of(self._raw(path))
        if path.is_symlink():
            raise Refused("no_plain_file", found)
        if found != seen:
            raise Refused("changed_meanwhile", found)

    def _must_be_free(self, path: Path) -> None:
        if os.path.lexists(path):
            raise Refused("is_there_already")

    def _must_have_room(self, folder: Folder) -> None:
        if sum(1 for _ in self._places[folder].glob(f"*{SUFFIX}")) >= MOST_FILES:
            raise Refused("too_many_files")


def is_name(name: str) -> bool:
    """One file right in the folder, which the service would read as a tree."""
    is_plain = name.isprintable() and not any(one in name for one in '/\\:*?"<>|')
    is_yaml = name.endswith(SUFFIX) and len(name) > len(SUFFIX) and not name.startswith((".", "-"))
    return is_plain and is_yaml and len(name.encode("utf-8", "replace")) <= LONGEST_NAME


def sha256_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _listed(folder: Folder, path: Path) -> Listed | None:
    """None for what is no file, cannot be read, or just went away."""
    try:
        if not is_name(path.name) or not path.is_file():
            return None
        known, raw = path.stat(), path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError:
        return None
    return Listed(folder, path.name, known.st_size, sha256_of(raw), known.st_mtime)
