"""``hotline ivr journal``: a day's calls as lines of JSON; and reading such a file.

Decides names, options and exit codes; what leaves the database is ``db.day_records``'.
"""

import secrets
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from ivr.play.journal import Record, read_records, written
from ivr.problems import Problem, cannot_read

Day = Annotated[
    Optional[datetime],  # noqa: UP045  (typer reads it at run time)
    typer.Option(formats=["%Y-%m-%d"], help="A day in the hotline's time, 2026-11-22."),
]


def journal(
    day: Day = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The file to write. Default: the terminal."),
    ] = None,
    key: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="A file with a secret: callers have the same hash in every export made with it. "
            "Default: a key for this export alone, which nobody keeps."
        ),
    ] = None,
) -> None:
    """Export a day's calls for replay, with masked numbers. 导出通话轨迹（号码脱敏）。"""
    from ari_app.cli import _settings
    from ari_app.cli.ivr_day import Shelf, read_day
    from ari_app.db.day_records import Mask, NotReadable

    try:
        settings = _settings()
        mask = Mask(key.read_bytes() if key else secrets.token_bytes(32))
        records = read_day(settings, day, mask)
        shelf = Shelf(settings)
        text = "".join(f"{written(shelf.without_numbers(record))}\n" for record in records)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
    except (NotReadable, OSError) as error:
        print(f"The journal cannot be exported: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    where = f" to {out}" if out else ""
    print(f"{len(records)} calls exported{where}", file=sys.stderr)


def read_file(path: Path) -> list[Record] | list[Problem]:
    """The calls of an exported file, or every line that is none."""
    try:
        with path.open(encoding="utf-8") as lines:
            found = list(read_records(lines, str(path)))
    except OSError as error:
        return [cannot_read(str(path), error)]
    except UnicodeDecodeError:
        return [Problem(str(path), 1, 1, "E101", "this is not UTF-8 text.", "Export it anew.")]
    problems = [one for one in found if isinstance(one, Problem)]
    return problems or [one for one in found if isinstance(one, Record)]
