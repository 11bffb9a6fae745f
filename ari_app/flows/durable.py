"""Files that are there whole or not at all, whatever ends this process or this machine.

Decides the order of writing, flushing and naming. Must not know what is written.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".new-"


def write_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """The old contents or the new ones are found under the name, never a part.

    ``mode`` are the file's rights; None leaves them to the process's usual ones.
    """
    new = path.with_name(f"{UNFINISHED}{path.name}")
    _write(new, data, mode)
    new.replace(path)
    _flush(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """A folder that is not there yet; OSError when one of that name holds anything."""
    new = path.with_name(f"{UNFINISHED}{path.name}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, data in files.items():
        _write(new / name, data)
    _flush(new)
    new.rename(path)
    _flush(path.parent)


def remove_folder(path: Path) -> None:
    """It is gone by its name first, so that half of it is never met."""
    old = path.with_name(f"{UNFINISHED}{path.name}")
    shutil.rmtree(old, ignore_errors=True)
    path.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def clear_unfinished(folder: Path) -> None:
    """What a killed process left behind."""
    for left in folder.glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _write(path: Path, data: bytes, mode: int | None = None) -> None:
    with path.open("wb") as stream:
        if mode is not None:
            os.fchmod(stream.fileno(), mode)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _flush(folder: Path) -> None:
    """A name is safe only once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
