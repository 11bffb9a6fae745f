"""Puts the API together. Constructs nothing that lives longer than the application."""

import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from ari_app.core.ports import Ask
from ari_app.web.api.docs import DOCUMENT, PAGE
from ari_app.web.auth import Passwords, Tokens
from ari_app.web.context import CONTEXT, PASSWORDS, Context
from ari_app.web.desks import Desks
from ari_app.web.docs_page import page
from ari_app.web.openapi import document
from ari_app.web.ports import Clock, Credentials, Reads, Sessions, Trees, WebSettings
from ari_app.web.problems import problems
from ari_app.web.routes import ROUTES, add_routes
from ari_app.web.throttle import Throttle

MAX_BODY_BYTES = 64 * 1024
_PASSWORD_THREADS = 2


def make_app(
    ask: Ask,
    reads: Reads,
    *,
    trees: Trees,
    credentials: Credentials,
    sessions: Sessions,
    desks: Desks,
    now: Clock,
    settings: WebSettings | None = None,
) -> web.Application:
    """The application, to be run by an ``AppRunner``. ``now`` gives epoch seconds."""
    settings = settings or WebSettings()
    app = web.Application(middlewares=[problems], client_max_size=MAX_BODY_BYTES)
    app[CONTEXT] = Context(
        ask=ask,
        reads=reads,
        trees=trees,
        credentials=credentials,
        desks=desks,
        now=now,
        settings=settings,
        tokens=Tokens(sessions, now, settings.operator_token),
        throttle=Throttle(now),
    )
    described = document(ROUTES)
    app[DOCUMENT], app[PAGE] = json.dumps(described, ensure_ascii=False), page(described)
    add_routes(app)
    app.cleanup_ctx.append(_password_threads)
    app.on_response_prepare.append(_harden)
    app.on_shutdown.append(_close_desks)
    return app


async def _password_threads(app: web.Application) -> AsyncIterator[None]:
    with ThreadPoolExecutor(_PASSWORD_THREADS, "passwords") as executor:
        app[PASSWORDS] = Passwords(app[CONTEXT].settings.hasher, executor)
        yield


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    """Answers hold citizens' numbers: nothing may keep them, frame them or guess their type."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")


async def _close_desks(app: web.Application) -> None:
    app[CONTEXT].desks.close_all()
