"""One file of the configuration, read into its model, or with all that is wrong in it.

Decides nothing about what a file may hold. Reads; knows no particular file.
"""

import errno
import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ivr.positions import Positions
from ivr.problems import Problem, cannot_read
from ivr.yaml_source import MAX_BYTES, parse, validate

M = TypeVar("M", bound=BaseModel)


def read_bytes(path: Path) -> bytes | list[Problem]:
    """No more than tells that it is too large; nothing that waits for a writer."""
    try:
        if path.is_fifo():
            raise OSError(errno.EINVAL, "it is a pipe")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        return [cannot_read(str(path), error)]


def read_model(path: Path, model: type[M], problems: list[Problem]) -> tuple[M, Positions] | None:
    """The model with the places of its values; None after adding to ``problems``."""
    raw = read_bytes(path)
    source = raw if isinstance(raw, list) else parse(raw, str(path))
    if isinstance(source, list):
        problems += source
        return None
    data, positions = source
    made = validate(model, data, positions, str(path))
    if isinstance(made, list):
        problems += made
        return None
    return made, positions


def read_optional(
    path: Path, model: type[M], problems: list[Problem]
) -> tuple[M, Positions] | None:
    """As ``read_model``; a file that is not there is an empty one."""
    if not os.path.exists(path):
        return model(), Positions()
    return read_model(path, model, problems)
