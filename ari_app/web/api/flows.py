"""The versions of the trees and the emergency announcement: who may, is in the table of routes."""

from aiohttp import web

from ari_app.web.context import CONTEXT, ME, parse, render
from ari_app.web.ports import EmergencySwitch, Versions
from ari_app.web.tree_models import ApplyTrees, EmergencyOn, Promote, RollBack


def _versions(request: web.Request) -> Versions:
    return request.app[CONTEXT].trees.versions


def _switch(request: web.Request) -> EmergencySwitch:
    return request.app[CONTEXT].trees.emergency


def _by(request: web.Request, author: str | None = None) -> str:
    """A person is who signed in; only a command on this machine may say who gave it."""
    me = request[ME]
    return author or me.agent if me.role == "operator" else me.agent


async def status(request: web.Request) -> web.Response:
    return render(await _versions(request).status())


async def history(request: web.Request) -> web.Response:
    return render({"versions": await _versions(request).history()})


async def files(request: web.Request) -> web.Response:
    return render(await _versions(request).files(int(request.match_info["number"])))


async def apply(request: web.Request) -> web.Response:
    body = await parse(request, ApplyTrees)
    return render(await _versions(request).apply(body.order(), _by(request, body.author)))


async def promote(request: web.Request) -> web.Response:
    body = await parse(request, Promote)
    return render(await _versions(request).promote(_by(request, body.author)))


async def rollback(request: web.Request) -> web.Response:
    body = await parse(request, RollBack)
    return render(await _versions(request).rollback(_by(request, body.author), body.to))


async def emergency(request: web.Request) -> web.Response:
    return render(_switch(request).shown())


async def announcements(request: web.Request) -> web.Response:
    return render({"announcements": _switch(request).offered()})


async def emergency_on(request: web.Request) -> web.Response:
    body = await parse(request, EmergencyOn)
    by = _by(request, body.author)
    return render(await _switch(request).switch_on(body.prompt, body.until, by))


async def emergency_off(request: web.Request) -> web.Response:
    return render(await _switch(request).switch_off(_by(request)))
