"""``hotline serve``: the service process.

Decides what stops a start (a configuration nobody could be served by, a database of a newer
program or one whose schema cannot be changed) and what does not (a database that is away: calls are
served and written down later).
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Iterator

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.configuration import load_groundwork
from ari_app.db.schema import SchemaError, upgrade
from ari_app.flows.opening import Place, open_versions
from ari_app.flows.store import Store
from ari_app.logging import configure
from ari_app.passwords import load_passwords
from ari_app.runtime import service
from ari_app.runtime.clock import Clock
from ari_app.settings import Settings
from ivr.problems import render_problems

_log = structlog.get_logger()

BAD_CONFIGURATION = 78
DATABASE_LIMIT_S = 10.0
OPENING_LIMIT_S = 120


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    os.umask(0o077)  # numbers and tickets are for this account alone
    configure()
    configuration = load_groundwork(settings.config_dir)
    if isinstance(configuration, list):
        print(render_problems(configuration), file=sys.stderr)
        return BAD_CONFIGURATION
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    place = Place(Store(settings.flows_dir), settings.config_dir, configuration)
    with _alive(settings.watchdog_fd):
        opened = open_versions(place, Clock().now())
    if isinstance(opened, list):
        print(render_problems(opened), file=sys.stderr)
        return BAD_CONFIGURATION
    try:
        with _alive(settings.watchdog_fd):
            asyncio.run(upgrade(settings.database_url, reach_s=DATABASE_LIMIT_S))
    except SchemaError as error:
        print(error, file=sys.stderr)
        return BAD_CONFIGURATION
    except (SQLAlchemyError, OSError) as error:
        # Calls are answered all the same; what is to be written waits in the journal.
        _log.error("database.away", problem=str(error).splitlines()[0])
    passwords = load_passwords(settings, list(configuration.centre.agents))
    plan = service.Plan(settings, configuration, passwords, place, opened)
    asyncio.run(service.serve(plan))
    return 0


@contextlib.contextmanager
def _alive(watchdog_fd: int | None) -> Iterator[None]:
    """Proving the largest trees, or changing a large database, takes longer than the supervisor
    would wait: killed for it, every start would end so."""
    done = threading.Event()

    def beat() -> None:
        for _ in range(OPENING_LIMIT_S):
            if watchdog_fd is not None:
                os.write(watchdog_fd, b".")
            if done.wait(1.0):
                return

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


def upgrade_database(settings: Settings) -> int:
    try:
        asyncio.run(upgrade(settings.database_url))
    except (SchemaError, SQLAlchemyError, OSError) as error:
        print(str(error).splitlines()[0], file=sys.stderr)
        return 1
    print("The database is up to date.")
    return 0
