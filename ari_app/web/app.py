"""Puts the API together. Constructs nothing that lives longer than the application."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from aiohttp import web

from ari_app.core.ports import Ask
from ari_app.web.api.docs import DOCUMENT, PAGE
from ari_app.web.auth import Passwords, Tokens, still_is
from ari_app.web.bundle import SOURCES, checked_stamp
from ari_app.web.context import CONTEXT, PASSWORDS, Context
from ari_app.web.desks import Desks
from ari_app.web.docs_page import page
from ari_app.web.floor import Floor
from ari_app.web.lines import Lines
from ari_app.web.openapi import document
from ari_app.web.pages import add_pages
from ari_app.web.playbacks import Playbacks
from ari_app.web.ports import (
    Audits,
    Clock,
    Credentials,
    Deliveries,
    DialReads,
    Editing,
    PhoneLogins,
    Reads,
    Reports,
    Sessions,
    Studio,
    TicketDesk,
    Trees,
    WebSettings,
)
from ari_app.web.problems import problems
from ari_app.web.route import BODY_BYTES, V1
from ari_app.web.routes import ROUTES, add_routes
from ari_app.web.sip_line import reach_asterisk
from ari_app.web.throttle import Throttle

BUILD = web.AppKey("BUILD", str)
"""Of the pages that are served; an open page notices that it is of another one."""
_PASSWORD_THREADS = 2


def make_app(
    ask: Ask,
    reads: Reads,
    *,
    trees: Trees,
    audits: Audits,
    deliveries: Deliveries,
    reports: Reports,
    studio: Studio,
    tickets: TicketDesk,
    dials: DialReads,
    floor: Floor,
    editing: Editing,
    phones: PhoneLogins,
    credentials: Credentials,
    sessions: Sessions,
    desks: Desks,
    now: Clock,
    settings: WebSettings | None = None,
) -> web.Application:
    """The application, to be run by an ``AppRunner``. ``now`` gives epoch seconds."""
    settings = settings or WebSettings()
    app = web.Application(middlewares=[problems], client_max_size=BODY_BYTES)
    app[CONTEXT] = Context(
        ask=ask,
        reads=reads,
        trees=trees,
        audits=audits,
        deliveries=deliveries,
        reports=reports,
        studio=studio,
        tickets=tickets,
        dials=dials,
        floor=floor,
        editing=editing,
        phones=phones,
        credentials=credentials,
        desks=desks,
        now=now,
        settings=settings,
        tokens=Tokens(
            sessions,
            now,
            {"operator": settings.operator_token, **settings.machine_tokens},
            {"auditor": frozenset({"recordings", "playback"})} if settings.auditors_hear else {},
        ),
        throttle=Throttle(now),
        playbacks=Playbacks(),
        lines=Lines(),
    )
    app[DOCUMENT], app[PAGE] = _described()
    app[BUILD] = checked_stamp(settings.static_dir, SOURCES)
    add_routes(app)
    add_pages(app)
    app.cleanup_ctx.append(_password_threads)
    app.cleanup_ctx.append(_push_boards)
    app.cleanup_ctx.append(reach_asterisk)
    app.on_response_prepare.append(_harden)
    app.on_shutdown.append(_close_desks)
    return app


@cache
def _described() -> tuple[str, str]:
    """For programs and for people; the same for every application."""
    described = document(ROUTES)
    return json.dumps(described, ensure_ascii=False), page(described)


async def _password_threads(app: web.Application) -> AsyncIterator[None]:
    with ThreadPoolExecutor(_PASSWORD_THREADS, "passwords") as executor:
        app[PASSWORDS] = Passwords(app[CONTEXT].settings.hasher, executor)
        yield


async def _push_boards(app: web.Application) -> AsyncIterator[None]:
    context = app[CONTEXT]
    context.floor.boards.may_look = lambda me: still_is(me, context.credentials)
    pushing = asyncio.create_task(context.floor.boards.run())
    yield
    pushing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pushing


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    """Answers hold citizens' numbers: nothing may keep them, frame them or guess their type."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
    if request.app[BUILD] and request.path.startswith(V1):
        response.headers["X-Desk-Build"] = request.app[BUILD]


async def _close_desks(app: web.Application) -> None:
    app[CONTEXT].desks.close_all()
    app[CONTEXT].floor.boards.close_all()
    app[CONTEXT].lines.close_all()
