"""What every handler finds on the application, and the few steps all handlers are made of.

parse -> ask -> render: a handler that needs more than these belongs into the core.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from ari_app.core.commands import Refuse
from ari_app.core.events import Asked
from ari_app.core.ports import Ask
from ari_app.core.records import Json
from ari_app.web import cookie
from ari_app.web.auth import Me, Passwords, Tokens, identify, person
from ari_app.web.desks import Desks
from ari_app.web.floor import Floor
from ari_app.web.lines import Lines
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
    Studio,
    TicketDesk,
    Trees,
    WebSettings,
)
from ari_app.web.problems import Problem
from ari_app.web.throttle import Throttle

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    ask: Ask
    reads: Reads
    trees: Trees
    audits: Audits
    deliveries: Deliveries
    reports: Reports
    studio: Studio
    tickets: TicketDesk
    dials: DialReads
    floor: Floor
    editing: Editing
    phones: PhoneLogins
    credentials: Credentials
    desks: Desks
    now: Clock
    settings: WebSettings
    tokens: Tokens
    throttle: Throttle
    playbacks: Playbacks
    lines: Lines

    async def wish(self, event: Asked) -> Refuse | None:
        """Hand it to the service, which must answer in time."""
        async with asyncio.timeout(self.settings.ask_s):
            return await self.ask.ask(event)


CONTEXT = web.AppKey("CONTEXT", Context)
PASSWORDS = web.AppKey("PASSWORDS", Passwords)
ME = web.RequestKey("ME", Me)


async def who_asks(request: web.Request) -> Me:
    """By the header that programs send, else by a browser's cookie; a 401 for anything else."""
    context, header = request.app[CONTEXT], request.headers.get("Authorization")
    token = cookie.shown(request)
    if header is not None or not token:
        return await identify(header, context.tokens, context.credentials)
    if request.method not in ("GET", "HEAD"):
        cookie.check_own(request)
    return await person(token, context.tokens, context.credentials)


async def parse(request: web.Request, model: type[Model]) -> Model:
    """The body as the model; a 422 names each wrong field. Bytes that are not UTF-8 fail too."""
    return model.model_validate_json(await request.read())


def parse_query(request: web.Request, model: type[Model]) -> Model:
    return model.model_validate(dict(request.query))


async def ask(request: web.Request, event: Asked) -> None:
    refuse = await request.app[CONTEXT].wish(event)
    if refuse is not None:
        raise Problem(409, refuse.code, refuse.message)


def render(body: object, status: int = 200) -> web.Response:
    # Escaped to ASCII: whatever a caller's name carried, it can be sent.
    text = json.dumps(body, ensure_ascii=True)
    return web.Response(status=status, text=text, content_type="application/json")


def own_state(request: web.Request) -> dict[str, Json]:
    context, me = request.app[CONTEXT], request[ME]
    state = context.ask.agent(me.agent)
    if state is None:
        raise Problem(404, "no_such_agent", "您的工号不在坐席名单中，请联系管理员。")
    return {**state, "offer": context.ask.offer(me.agent)}
