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
from ari_app.core.events import DeskEvent
from ari_app.core.ports import Ask
from ari_app.core.records import Json
from ari_app.web.auth import Me, Passwords, Tokens
from ari_app.web.desks import Desks
from ari_app.web.ports import Clock, Credentials, Reads, Trees, WebSettings
from ari_app.web.problems import Problem
from ari_app.web.throttle import Throttle

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    ask: Ask
    reads: Reads
    trees: Trees
    credentials: Credentials
    desks: Desks
    now: Clock
    settings: WebSettings
    tokens: Tokens
    throttle: Throttle

    async def wish(self, event: DeskEvent) -> Refuse | None:
        """Hand it to the service, which must answer in time."""
        async with asyncio.timeout(self.settings.ask_s):
            return await self.ask.ask(event)


CONTEXT = web.AppKey("CONTEXT", Context)
PASSWORDS = web.AppKey("PASSWORDS", Passwords)
ME = web.RequestKey("ME", Me)


async def parse(request: web.Request, model: type[Model]) -> Model:
    """The body as the model; a 422 names each wrong field. Bytes that are not UTF-8 fail too."""
    return model.model_validate_json(await request.read())


def parse_query(request: web.Request, model: type[Model]) -> Model:
    return model.model_validate(dict(request.query))


async def ask(request: web.Request, event: DeskEvent) -> None:
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
