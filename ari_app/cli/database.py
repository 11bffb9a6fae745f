"""Commands that read the database themselves, so that they work while the service is down.

Decides what is said, and how a command ends, when it cannot be read.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.engine import open_engine
from ari_app.db.schema import check_database
from ari_app.settings import Settings

T = TypeVar("T")


async def with_engine(settings: Settings, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """What the work returns; exit code 1, with the reason, where there is nothing to read."""
    problem = await check_database(settings.database_url)
    if problem is not None:
        print(problem, file=sys.stderr)
        raise typer.Exit(1)
    engine = open_engine(settings.database_url)
    try:
        return await work(engine)
    except (SQLAlchemyError, OSError) as error:
        print(f"The database cannot be read: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    finally:
        await engine.dispose()
